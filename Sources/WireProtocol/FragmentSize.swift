/// How long a body may be, given how often frames are lost.
///
/// A frame of n bytes arrives with probability (1 - p)^n, so with an overhead of h bytes goodput is
/// largest near n = sqrt(h / p). The estimate of p is frames lost over bytes sent, of about the last
/// 64 KB; it begins between the extremes, so that a bad line is not met with its longest frame.
struct FragmentSize: Sendable {
  private static let memoryBytes = 65_536
  private static let growthBytes = 8_192

  var maximum: Int
  private var sentBytes = FragmentSize.growthBytes
  private var lostFrames = 2

  init(maximum: Int) {
    precondition(maximum >= Wire.minimumFragmentBytes, "fragments of \(maximum) bytes at most")
    self.maximum = maximum
  }

  mutating func arrived(wireBytes: Int) { add(wireBytes, lost: 0) }

  mutating func lost(wireBytes: Int) { add(wireBytes, lost: 1) }

  private mutating func add(_ wireBytes: Int, lost: Int) {
    sentBytes += wireBytes
    lostFrames += lost
    if sentBytes > Self.memoryBytes {
      sentBytes /= 2
      lostFrames /= 2
    }
  }

  /// Bytes of a body, between the schema's `minimumFragmentBytes` and `maximum`.
  var bodyBytes: Int {
    guard lostFrames > 0 else { return maximum }
    let overhead = Frame.overheadBytes + 2
    let best = Int(Double(overhead * sentBytes / lostFrames).squareRoot())
    return min(max(best, Wire.minimumFragmentBytes), maximum)
  }
}
