import ArgumentParser
import Coordinator
import FirmwareBuild
import Foundation
import Transport

struct DevicesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List the serial ports that are plugged in, and the devices that need no port.")

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    struct Row: Encodable {
      /// For `--device`.
      let device: String
      let path: String?
      let title: String
      let isReady: Bool
      /// Why it is not ready, and what to do.
      let reason: String?
    }

    let devices: [Row]
  }

  func run() async throws {
    let ports =
      if let daemon = try await ControlClient.find() {
        try await daemon.devices().map(Self.row)
      } else {
        try UdevPortEventSource().present().compactMap(Self.row)
      }
    let report = Report(devices: ports + Self.standIns)
    var table = TextTable(["device", "path", "what it is", "ready"])
    for row in report.devices {
      table.add([row.device, row.path ?? "", row.title, row.isReady ? "yes" : row.reason ?? "no"])
    }
    options.print(report, text: table.text)
  }

  private static let standIns = [
    standIn("loopback", "the interpreter in this process", programs: [], packages: ""),
    standIn("host", "the firmware as a process", programs: ["gcc", "setpriv"], packages: "gcc libc6-dev util-linux"),
    standIn(
      "qemu", "the firmware in QEMU", programs: ["arm-none-eabi-gcc", "qemu-system-arm", "setpriv"],
      packages: "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm util-linux"),
    emulator,
  ]

  /// The emulator itself comes with fieldtune and not from a package.
  private static var emulator: Report.Row {
    let row = standIn(
      "emulator", "the firmware of a real board, emulated", programs: ["arm-none-eabi-gcc", "setpriv"],
      packages: "gcc-arm-none-eabi libnewlib-arm-none-eabi util-linux")
    guard row.isReady, EmulatorProgram.find() == nil else { return row }
    return Report.Row(
      device: row.device, path: nil, title: row.title, isReady: false,
      reason: "no \(EmulatorProgram.name): swift build -c release --product \(EmulatorProgram.name) (needs libunicorn-dev)")
  }

  private static func standIn(_ device: String, _ title: String, programs: [String], packages: String) -> Report.Row {
    let missing = programs.filter { !isInstalled($0) }
    let reason = "no \(missing.joined(separator: ", ")): sudo apt-get install \(packages)"
    return Report.Row(
      device: device, path: nil, title: title, isReady: missing.isEmpty, reason: missing.isEmpty ? nil : reason)
  }

  private static func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  private static func row(_ device: DeviceSummary) -> Report.Row {
    let isReady = device.state == .ready || device.state == .busy
    return Report.Row(
      device: device.id, path: device.path, title: device.board.isEmpty ? device.product ?? "" : device.board,
      isReady: isReady, reason: isReady ? nil : device.detail)
  }

  private static func row(_ event: PortEvent) -> Report.Row? {
    switch event {
    case .added(let port):
      let reason: String? =
        switch AdoptionPolicy().decision(on: port) {
        case .adopt: nil
        case .leave(let reason): reason
        }
      return Report.Row(
        device: port.serialNumber ?? port.stableID, path: port.devicePath, title: port.product ?? port.usb.description,
        isReady: reason == nil, reason: reason)
    case .portlessProbeAdded(let probe):
      return Report.Row(
        device: probe.serialNumber ?? probe.usb.description, path: nil, title: "ST-Link", isReady: false,
        reason: probe.description)
    case .removed, .portlessProbeRemoved: return nil
    }
  }
}
