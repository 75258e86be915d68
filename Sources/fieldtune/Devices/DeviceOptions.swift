import ArgumentParser
import Coordinator
import DeviceLink
import Foundation

/// Which device, and how fast its line is.
struct DeviceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "loopback, host, qemu[:BOARD], emulator[:BOARD], a port's path, unix:SOCKET, or a USB serial number; $FIELDTUNE_DEVICE when absent. "
        + "'train' takes several, with commas between them.",
      valueName: "device"))
  var device: DeviceNames?

  @Option(name: .long, help: "Bits per second of a serial port, or auto: as fast as the line proves to be good.")
  var baud = LineRate.automatic

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Record every byte of the line, with its time, for 'fieldtune replay' and Wireshark.", valueName: "out.pcap"))
  var trace: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What an emulated board is to suffer, as 'fieldtune-emulator --help' lists it; may be given again.", valueName: "spec"))
  var fault: [String] = []

  func openTrace(of names: [DeviceName]) throws -> LinkTrace? {
    guard let trace else { return nil }
    guard names.count == 1 else {
      throw Failure(.usage, code: "usage", "--trace: found \(names.count) devices, expected one: a trace is of one line")
    }
    return try LinkTrace(path: trace)
  }

  /// The one device that is named.
  func resolved() throws(Failure) -> DeviceName {
    let names = try resolvedAll()
    guard names.count == 1 else {
      throw Failure(.usage, code: "usage", "--device: found \(names.count) devices, expected one")
    }
    return names[0]
  }

  func resolvedAll() throws(Failure) -> [DeviceName] {
    let names = try named()
    if !fault.isEmpty, let other = names.first(where: { !$0.isEmulator }) {
      throw Failure(
        .usage, code: "usage", "--fault: found --device \(other), expected emulator[:BOARD]: only the emulator makes faults")
    }
    return names
  }

  private func named() throws(Failure) -> [DeviceName] {
    if let device { return device.names }
    if let text = ProcessInfo.processInfo.environment["FIELDTUNE_DEVICE"], let device = DeviceNames(argument: text) {
      return device.names
    }
    throw Failure(
      .usage, code: "usage",
      "--device is missing: expected loopback, host, qemu[:BOARD], emulator[:BOARD], a port or an id ('fieldtune devices' lists them), "
        + "or FIELDTUNE_DEVICE in the environment")
  }
}

extension LineRate: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
