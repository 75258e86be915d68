/// How long a body may be, given how often frames are lost.
///
/// When a byte is damaged with probability p and a frame has h bytes beside its body, goodput
/// n / (n + h) * (1 - p)^(n + h) is largest where n^2 + h n = h / p. Known is only f, frames lost over
/// bytes sent; with 1 / p near 1 / f - (n + h) / 2 follows n = sqrt(h / f + h^2 / 16) - 3 h / 4.
/// f is of about the last 16 KB, and begins so that a line of which nothing is known gets 32 bytes:
/// they arrive over a bad line, and a good one is soon known for what it is.
struct FragmentSize: Sendable {
  private static let memoryBytes = 16_384
  /// `lost` is in sixteenths, so that halving forgets slowly.
  private static let unit = 16
  /// Beside the body: header, checksum, stuffing, closing zero.
  private static let overhead = Frame.overheadBytes + 2

  var maximum: Int
  private var sentBytes = 128
  private var lost = FragmentSize.unit

  init(maximum: Int) {
    precondition(maximum >= Wire.minimumFragmentBytes, "fragments of \(maximum) bytes at most")
    self.maximum = maximum
  }

  mutating func arrived(wireBytes: Int) { add(wireBytes, lost: 0) }

  mutating func lost(wireBytes: Int) { add(wireBytes, lost: Self.unit) }

  private mutating func add(_ wireBytes: Int, lost more: Int) {
    sentBytes += wireBytes
    lost += more
    if sentBytes > Self.memoryBytes {
      sentBytes /= 2
      lost /= 2
    }
  }

  /// Bytes of a body, between the schema's `minimumFragmentBytes` and `maximum`.
  var bodyBytes: Int {
    guard lost > 0 else { return maximum }
    let square = Self.overhead * sentBytes * Self.unit / lost + Self.overhead * Self.overhead / 16
    let best = Int(Double(square).squareRoot()) - 3 * Self.overhead / 4
    return min(max(best, Wire.minimumFragmentBytes), maximum)
  }
}
