extension Doctor {
  /// What `fieldtuned --check` says.
  struct DaemonSettings {
    var isInstalled = false
    /// What is wrong with its files.
    var mistake: String?
    var pagePort: Int?
    var listedPorts: [String] = []
  }

  func daemonSettings() -> DaemonSettings {
    guard let (status, output) = machine.run("fieldtuned", ["--check"]) else { return DaemonSettings() }
    var settings = DaemonSettings(isInstalled: true)
    guard status == 0 else {
      settings.mistake = output.split(separator: "\n").first.map(String.init) ?? "status \(status)"
      return settings
    }
    for line in output.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
      guard parts.count == 2 else { continue }
      if parts[0] == "port" { settings.pagePort = Int(parts[1]) }
      if parts[0] == "listed" {
        settings.listedPorts = parts[1].split { "[],\"".contains($0) }.map(String.init)
      }
    }
    return settings
  }

  func daemonFindings(_ settings: DaemonSettings) -> [Finding] {
    let daemons = machine.processes.filter { $0.name == "fieldtuned" }.map { "\($0.id)" }
    var findings: [Finding] = []
    if let mistake = settings.mistake {
      findings.append(Finding(.wrong, .configuration, "fieldtuned", mistake, fix: "fieldtuned --check"))
    }
    if daemons.count > 1 {
      findings.append(
        Finding(
          .wrong, .twoDaemons, "fieldtuned",
          "found \(daemons.count) daemons (processes \(daemons.joined(separator: ", "))), expected one: each finds the "
            + "other's boards in use", fix: "kill \(daemons.last ?? "")"))
    }
    switch daemon {
    case .answers(let processID, _):
      findings.append(Finding(.fine, .noDaemon, "fieldtuned", "answers (process \(processID))"))
    case .refuses(let sentence):
      findings.append(
        Finding(.wrong, .daemonRefuses, "fieldtuned", sentence, fix: "sudo usermod -aG fieldtune \(machine.user.name)"))
    case .absent:
      findings.append(
        Finding(
          .note, .noDaemon, "fieldtuned",
          daemons.isEmpty
            ? "none answers: 'fieldtune train' works without, in its own process"
            : "none answers at the sockets in question, though process \(daemons[0]) is one: name its socket in "
              + "$FIELDTUNE_SOCKET",
          fix: daemons.isEmpty && settings.isInstalled ? "sudo systemctl enable --now fieldtuned" : nil))
      if daemons.isEmpty, let port = settings.pagePort { findings += pagePortFindings(port) }
    }
    return findings
  }

  /// A daemon that is to begin would find its page's port taken.
  private func pagePortFindings(_ port: Int) -> [Finding] {
    guard let socket = machine.listeningSocket(onPort: port) else { return [] }
    let holder = machine.holders(of: socket).first
    return [
      Finding(
        .wrong, .pagePort, "127.0.0.1:\(port)",
        "found \(holder.map { "\($0.name) (process \($0.id))" } ?? "another program") listening there, expected the "
          + "port to be free for the daemon's page",
        fix: "printf '[http]\\nport = 0\\n' | sudo tee /etc/fieldtune/conf.d/http.toml")
    ]
  }
}
