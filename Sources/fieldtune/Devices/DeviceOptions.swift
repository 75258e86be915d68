import ArgumentParser
import DeviceLink
import Foundation

/// Which device, and how fast its line is.
struct DeviceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "loopback, host, qemu[:BOARD], a port's path, unix:SOCKET, or a USB serial number; $FIELDTUNE_DEVICE when absent.",
      valueName: "device"))
  var device: DeviceName?

  @Option(name: .long, help: "Bits per second of a serial port; the board's default when absent.")
  var baud: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Record every byte of the line, with its time, for 'fieldtune replay' and Wireshark.", valueName: "out.pcap"))
  var trace: String?

  func openTrace() throws -> LinkTrace? { try trace.map { try LinkTrace(path: $0) } }

  func resolved() throws(Failure) -> DeviceName {
    if let device { return device }
    if let text = ProcessInfo.processInfo.environment["FIELDTUNE_DEVICE"], let device = DeviceName(argument: text) {
      return device
    }
    throw Failure(
      .usage, code: "usage",
      "--device is missing: expected loopback, host, qemu[:BOARD], a port or an id ('fieldtune devices' lists them), "
        + "or FIELDTUNE_DEVICE in the environment")
  }
}
