/// One device as udev reports it: what a recording holds, and what `PortInventory` reads.
package struct UdevRecord: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    /// Plugged in, changed, or present when listed.
    case present
    /// Unplugged.
    case removed
  }

  package let action: Action
  /// udev's properties, such as `DEVPATH`, `SUBSYSTEM`, `DEVNAME`, `ID_VENDOR_ID`.
  package let properties: [String: String]

  package init(action: Action, properties: [String: String]) {
    self.action = action
    self.properties = properties
  }

  /// The device's path in sysfs, which names it in all its events.
  var key: String? { properties["DEVPATH"] }

  var usb: USBIdentity? {
    guard let vendor = properties["ID_VENDOR_ID"], let product = properties["ID_MODEL_ID"] else {
      return nil
    }
    return USBIdentity(vendor: vendor[...], product: product[...])
  }

  /// The port, if the record is one of a USB serial port.
  package var port: Port? {
    guard properties["SUBSYSTEM"] == "tty", properties["ID_BUS"] == "usb", let usb,
      let devicePath = properties["DEVNAME"]
    else { return nil }
    let links = (properties["DEVLINKS"] ?? "").split(separator: " ").sorted()
    return Port(
      devicePath: devicePath,
      stablePath: links.first { $0.hasPrefix("/dev/serial/by-id/") }.map(String.init),
      usb: usb,
      serialNumber: properties["ID_SERIAL_SHORT"],
      product: properties["ID_MODEL"],
      interface: properties["ID_USB_INTERFACE_NUM"])
  }

  /// The probe, if the record is one of an ST-Link without a serial port.
  package var portlessProbe: PortlessProbe? {
    guard properties["SUBSYSTEM"] == "usb", properties["DEVTYPE"] == "usb_device", let usb,
      USBIdentity.stLinksWithoutPort.contains(usb)
    else { return nil }
    return PortlessProbe(usb: usb, serialNumber: properties["ID_SERIAL_SHORT"])
  }
}
