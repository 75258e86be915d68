import Transport

extension Doctor {
  /// Of each port that may be a board's, and of probes that have none.
  func portFindings(_ records: [UdevRecord], listed: [String]) -> [Finding] {
    let policy = AdoptionPolicy(listings: Set(listed.compactMap(AdoptionPolicy.Listing.init)))
    let probes = records.compactMap(\.portlessProbe).map {
      Finding(.wrong, .probeWithoutPort, "\($0.usb)", "found \($0.description)")
    }
    let ports = records.compactMap { record in record.port.map { ($0, record) } }
      .sorted { $0.0.devicePath < $1.0.devicePath }
    return probes + ports.flatMap { port, record -> [Finding] in
      if case .leave(let reason) = policy.decision(on: port) {
        return [Finding(.note, .portNotListed, port.devicePath, reason, fix: listing(of: port, beside: listed))]
      }
      let findings = access(to: port) + holder(of: port) + power(of: port, record) + latency(of: port)
      return findings.isEmpty
        ? [Finding(.fine, .portPermission, port.devicePath, "\(port.product ?? port.usb.description) is ready to be opened")]
        : findings
    }
  }

  private func listing(of port: Port, beside listed: [String]) -> String {
    let list = (listed + [port.serialNumber.map { "\(port.usb):\($0)" } ?? "\(port.usb)"]).map { "\"\($0)\"" }
    return "printf '[ports]\\nlisted = [\(list.joined(separator: ", "))]\\n' | sudo tee /etc/fieldtune/conf.d/ports.toml"
  }

  private func access(to port: Port) -> [Finding] {
    guard let status = machine.status(of: port.devicePath) else { return [] }
    if status.mode & 0o006 == 0o006 {
      return [
        Finding(
          .note, .portOpenToAll, port.devicePath,
          "found mode \(String(status.mode, radix: 8)), expected 660: every program of this computer may write to the board",
          fix: "sudo chmod 660 \(port.devicePath)")
      ]
    }
    if machine.mayUse(status) || isDaemonThere { return [] }
    let group = machine.group(status.groupID)
    let name = group?.name ?? "\(status.groupID)"
    guard status.mode & 0o060 == 0o060, status.groupID != 0 else {
      return [
        Finding(
          .wrong, .portPermission, port.devicePath,
          "found group \(name) and mode \(String(status.mode, radix: 8)), expected a group of users and 660: the udev rule "
            + "sets both", fix: installRules)
      ]
    }
    if group?.members.contains(machine.user.name) == true {
      return [
        Finding(
          .wrong, .loginAgain, port.devicePath,
          "found \(machine.user.name) in the group \(name), but this login is older: log out and in again, or",
          fix: "newgrp \(name)")
      ]
    }
    return [
      Finding(
        .wrong, .portPermission, port.devicePath,
        "found \(machine.user.name) outside of the group \(name), which owns the port: join it and log in again",
        fix: "sudo usermod -aG \(name) \(machine.user.name)")
    ]
  }

  private func holder(of port: Port) -> [Finding] {
    machine.holders(of: port.devicePath).filter { !$0.name.hasPrefix("fieldtune") }.map { holder in
      Finding(
        .wrong, .portHeld, port.devicePath,
        "found it open in \(holder.name) (process \(holder.id)), expected nobody there: end that program, as with",
        fix: "kill \(holder.id)")
    }
  }

  /// The USB device is the nearest folder above the port's with a vendor number.
  private func power(of port: Port, _ record: UdevRecord) -> [Finding] {
    var parts = (record.properties["DEVPATH"] ?? "").split(separator: "/")
    while !parts.isEmpty {
      let folder = "/sys/" + parts.joined(separator: "/")
      if machine.status(of: folder + "/idVendor") != nil {
        guard machine.line(of: folder + "/power/control") == "auto" else { return [] }
        return [
          Finding(
            .wrong, .autosuspend, port.devicePath,
            "found USB autosuspend, expected power/control on: the first bytes after a pause come late or not at all",
            fix: "echo on | sudo tee \(folder)/power/control")
        ]
      }
      parts.removeLast()
    }
    return []
  }

  private func latency(of port: Port) -> [Finding] {
    let name = port.devicePath.split(separator: "/").last.map(String.init) ?? ""
    let file = "/sys/class/tty/\(name)/device/latency_timer"
    guard let milliseconds = machine.line(of: file).flatMap(Int.init), milliseconds > 1 else { return [] }
    return [
      Finding(
        .wrong, .latencyTimer, port.devicePath,
        "found a latency timer of \(milliseconds) ms, expected 1 ms: the adapter keeps every answer back that long",
        fix: "echo 1 | sudo tee \(file)")
    ]
  }
}
