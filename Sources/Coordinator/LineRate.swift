/// How fast a serial port runs.
package enum LineRate: Hashable, Sendable, CustomStringConvertible {
  /// As fast as the line proves to be good, beginning at the rate that devices use after a reset.
  case automatic
  /// Bits per second, always.
  case pinned(Int)

  /// What every board's firmware uses after a reset.
  package static let standardBaud = 921_600
  /// What drivers may be asked for.
  package static let range = 1200...12_000_000

  /// `auto`, or a number in `range`.
  package init?(_ text: String) {
    if text == "auto" {
      self = .automatic
    } else if let baud = Int(text), Self.range.contains(baud) {
      self = .pinned(baud)
    } else {
      return nil
    }
  }

  /// The rate at which a port is opened.
  package var openingBaud: Int {
    switch self {
    case .automatic: Self.standardBaud
    case .pinned(let baud): baud
    }
  }

  /// Nil for automatic.
  package var pinnedBaud: Int? {
    if case .pinned(let baud) = self { baud } else { nil }
  }

  package var description: String {
    switch self {
    case .automatic: "auto"
    case .pinned(let baud): "\(baud)"
    }
  }
}
