/// Vendor and product number of a USB device, written `0483:374b`.
package struct USBIdentity: Hashable, Sendable, CustomStringConvertible {
  package let vendor: UInt16
  package let product: UInt16

  package init(vendor: UInt16, product: UInt16) {
    self.vendor = vendor
    self.product = product
  }

  /// Two numbers of four hexadecimal digits each, as udev and `lsusb` write them.
  package init?(vendor: Substring, product: Substring) {
    guard vendor.count == 4, product.count == 4, (vendor + product).allSatisfy(\.isHexDigit),
      let vendor = UInt16(vendor, radix: 16), let product = UInt16(product, radix: 16)
    else { return nil }
    self.init(vendor: vendor, product: product)
  }

  package var description: String { "\(Self.hex(vendor)):\(Self.hex(product))" }

  private static func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension USBIdentity {
  /// The ST-Link probes whose virtual serial port is wired to the board's USART: V2-1 (374a, 374b,
  /// 3752) and V3 (374e, 374f, 3753, 3754, 3757). Product numbers as in OpenOCD and stlink-tools.
  package static let stLinksWithPort: Set<USBIdentity> = [
    .stLink(0x374a), .stLink(0x374b), .stLink(0x3752), .stLink(0x374e), .stLink(0x374f),
    .stLink(0x3753), .stLink(0x3754), .stLink(0x3757),
  ]

  /// The ST-Link probes that have no serial port: V1 (3744) and V2 (3748), the latter on the first
  /// F429I-DISCO.
  package static let stLinksWithoutPort: Set<USBIdentity> = [.stLink(0x3744), .stLink(0x3748)]

  private static func stLink(_ product: UInt16) -> USBIdentity {
    USBIdentity(vendor: 0x0483, product: product)
  }
}
