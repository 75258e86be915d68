import Transport

/// A board's probe and the serial port that it carries, among those that are plugged in.
package struct BoardPort: Hashable, Sendable {
  /// Tells the probe from others; nil where nobody said which, or it says nothing that a command line can carry.
  package let serialNumber: String?
  package let usb: USBIdentity?
  /// Where the board speaks; nil for a probe without a port, and for one that is not plugged in.
  package let path: String?

  /// What was found.
  package enum Search: Hashable, Sendable {
    case found(BoardPort)
    case nothing
    /// Serial numbers, or paths of those without.
    case several([String])
  }

  /// - Parameters:
  ///   - present: what is plugged in.
  ///   - usb: the probes that boards of this kind carry.
  ///   - probe: serial number of the probe that the user names.
  ///   - path: port that the user names; of an adapter that is no probe it says nothing of the probe.
  package static func find(
    in present: [PortEvent], usb: Set<USBIdentity>, probe: String? = nil, path: String? = nil
  ) -> Search {
    let ports = present.compactMap { event in if case .added(let port) = event { port } else { nil } }
    if let path {
      let port = ports.first { $0.devicePath == path || $0.stablePath == path }
      let own = port.flatMap { USBIdentity.stLinksWithPort.contains($0.usb) ? $0 : nil }
      return .found(BoardPort(serialNumber: probe ?? own?.plainSerialNumber, usb: own?.usb, path: path))
    }
    if let probe {
      let port = ports.first { $0.serialNumber == probe }
      return .found(BoardPort(serialNumber: probe, usb: port?.usb, path: port?.devicePath))
    }
    let fitting = ports.filter { usb.contains($0.usb) }
    guard fitting.count <= 1 else { return .several(fitting.map { $0.serialNumber ?? $0.devicePath }) }
    return fitting.first.map {
      .found(BoardPort(serialNumber: $0.plainSerialNumber, usb: $0.usb, path: $0.devicePath))
    } ?? .nothing
  }
}

extension Port {
  /// Old ST-Link firmware has serial numbers of bytes that are no characters; programs take those differently.
  fileprivate var plainSerialNumber: String? {
    guard let serialNumber, !serialNumber.isEmpty, serialNumber.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return nil }
    return serialNumber
  }
}
