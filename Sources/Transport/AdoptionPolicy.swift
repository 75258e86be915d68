/// Which ports may be written to.
///
/// A port that matches nothing belongs to somebody else's device, and a byte sent there may do
/// harm; so only boards' own probes and what the user listed are greeted, and a device counts as
/// ours only after it has answered.
package struct AdoptionPolicy: Sendable {
  /// A port the user named.
  package enum Listing: Hashable, Sendable {
    /// `VID:PID` or `VID:PID:SERIAL`.
    case usb(USBIdentity, serialNumber: String?)
    /// `/dev/…`: the device's path or its link under `/dev/serial/by-id`.
    case path(String)
  }

  package enum Decision: Hashable, Sendable {
    case adopt
    /// Left alone; the sentence says why and what to do.
    case leave(reason: String)
  }

  private let listings: Set<Listing>

  /// - Parameter listings: ports that are adopted beside those of ST-Link probes.
  package init(listings: Set<Listing> = []) {
    self.listings = listings
  }

  package func decision(on port: Port) -> Decision {
    let names: [Listing] =
      [
        .usb(port.usb, serialNumber: nil), .usb(port.usb, serialNumber: port.serialNumber),
        .path(port.devicePath),
      ] + (port.stablePath.map { [.path($0)] } ?? [])
    if USBIdentity.stLinksWithPort.contains(port.usb) || !listings.isDisjoint(with: names) {
      return .adopt
    }
    return .leave(
      reason: "\(port.devicePath): \(port.usb)\(port.product.map { " (\($0))" } ?? "") is no "
        + "ST-Link: list \(port.usb) or the path in the configuration if a board is behind it")
  }
}

extension AdoptionPolicy.Listing {
  /// Reads `0483:5740`, `0483:5740:SERIAL` or a path that begins with `/dev/`; `nil` otherwise.
  package init?(_ text: String) {
    if text.hasPrefix("/dev/") {
      self = .path(text)
      return
    }
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, let usb = USBIdentity(vendor: parts[0], product: parts[1]) else {
      return nil
    }
    self = .usb(usb, serialNumber: parts.count == 3 ? String(parts[2]) : nil)
  }
}
