/// A serial port of a USB device, as udev describes it.
package struct Port: Hashable, Sendable {
  /// Where it is now: `/dev/ttyACM0`. The same board may come back under another name.
  package let devicePath: String
  /// The link that follows the board: under `/dev/serial/by-id`.
  package let stablePath: String?
  package let usb: USBIdentity
  /// Unique for each board of a kind.
  package let serialNumber: String?
  /// What the maker calls it: `STM32_STLink`.
  package let product: String?
  /// Number of the USB interface: a probe with two ports has two.
  package let interface: String?

  package init(
    devicePath: String, stablePath: String? = nil, usb: USBIdentity, serialNumber: String? = nil,
    product: String? = nil, interface: String? = nil
  ) {
    self.devicePath = devicePath
    self.stablePath = stablePath
    self.usb = usb
    self.serialNumber = serialNumber
    self.product = product
    self.interface = interface
  }

  /// What stays the same when the board is plugged in again, at whatever socket and name:
  /// `0483:374b:066BFF…`, with the interface where it is known. Boards without a serial number
  /// cannot be told apart.
  package var stableID: String {
    ([usb.description, serialNumber ?? ""] + (interface.map { [$0] } ?? [])).joined(separator: ":")
  }
}

/// A debug probe that was found but has no serial port, so that no board can be reached through it.
package struct PortlessProbe: Hashable, Sendable, CustomStringConvertible {
  package let usb: USBIdentity
  package let serialNumber: String?

  package init(usb: USBIdentity, serialNumber: String? = nil) {
    self.usb = usb
    self.serialNumber = serialNumber
  }

  package var description: String {
    "ST-Link \(usb)\(serialNumber.map { " (serial \($0))" } ?? ""): this probe has no serial port: "
      + "connect a USB serial adapter to the board's USART and list it in the configuration"
  }
}
