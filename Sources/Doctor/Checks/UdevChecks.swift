import Transport

extension Doctor {
  static let ruleFile = "60-fieldtune.rules"
  /// Where udev looks; what comes first counts (udev(7)).
  private static let ruleFolders = [
    "/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d",
    "/lib/udev/rules.d",
  ]
  private static let trigger =
    "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=tty --subsystem-match=usb "
    + "--subsystem-match=usb-serial"

  /// The command that installs the rules, and tells udev.
  var installRules: String {
    guard let shippedRules else { return "sudo make install" }
    return "sudo install -Dm644 \(shippedRules.path) /etc/udev/rules.d/\(Self.ruleFile) && \(Self.trigger)"
  }

  func udevFindings(_ records: [UdevRecord]) -> [Finding] {
    guard machine.status(of: "/run/udev/control") != nil else {
      return [
        Finding(
          .wrong, .udevNotRunning, "udevd",
          "found no udevd, expected one: without it no board is found by itself (containers have none: name the port, "
            + "as in --device /dev/ttyACM0)",
          fix: "sudo systemctl start systemd-udevd")
      ]
    }
    guard let rule = ruleFinding() else {
      return modemManagerFindings(records, isRuleInstalled: true)
    }
    return [rule] + modemManagerFindings(records, isRuleInstalled: rule.level == .fine)
  }

  private func ruleFinding() -> Finding? {
    let installed = Self.ruleFolders.lazy.map { "\($0)/\(Self.ruleFile)" }
      .compactMap { path in machine.text(of: path).map { (path, $0) } }.first
    guard let (path, text) = installed else {
      return Finding(
        .wrong, .udevRule, Self.ruleFile,
        "found no udev rules of fieldtune, expected them in \(Self.ruleFolders[0]): boards may be probed by "
          + "ModemManager, suspended, or out of reach", fix: installRules)
    }
    guard let shippedRules else { return nil }
    guard text == shippedRules.text else {
      return Finding(
        .wrong, .udevRule, path, "found other rules than those of this version, expected what \(shippedRules.path) says",
        fix: "sudo install -Dm644 \(shippedRules.path) \(path) && \(Self.trigger)")
    }
    return Finding(.fine, .udevRule, path, "the rules of this version are installed")
  }

  private func modemManagerFindings(_ records: [UdevRecord], isRuleInstalled: Bool) -> [Finding] {
    let boards = records.filter { record in
      record.port.map { USBIdentity.stLinksWithPort.contains($0.usb) } ?? false
    }
    let unprotected = boards.filter { $0.properties["ID_MM_DEVICE_IGNORE"] != "1" }.compactMap(\.port?.devicePath).sorted()
    let manager = machine.processes.first { $0.name == "ModemManager" }
    guard let first = unprotected.first else {
      return manager.map { [Finding(.fine, .modemManager, "ModemManager", "runs (process \($0.id)) and leaves boards alone")] }
        ?? []
    }
    if let manager {
      return [
        Finding(
          .wrong, .modemManager, first,
          "found ModemManager (process \(manager.id)) and no word that it is to leave \(unprotected.joined(separator: ", ")) "
            + "alone, expected ID_MM_DEVICE_IGNORE: it writes AT commands to a board for 10 s after it is plugged in",
          fix: isRuleInstalled ? Self.trigger : installRules)
      ]
    }
    guard isRuleInstalled else { return [] }
    return [
      Finding(
        .wrong, .udevRuleNotApplied, first,
        "found a port the rules were not applied to, expected ID_MM_DEVICE_IGNORE: it was plugged in before they were "
          + "installed", fix: Self.trigger)
    ]
  }
}
