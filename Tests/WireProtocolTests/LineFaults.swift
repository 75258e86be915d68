/// What a line does to what is sent over it. Probabilities.
struct LineFaults {
  /// Per byte: one to eight of its bits flip.
  var flip = 0.0
  /// Per byte: it vanishes.
  var drop = 0.0
  /// Per byte: it comes twice.
  var double = 0.0
  /// Per frame: it vanishes.
  var lose = 0.0
  /// Per frame: it comes twice.
  var duplicate = 0.0
  /// Per frame: it ends early.
  var cut = 0.0
  /// Per frame: it is overtaken by those after it.
  var delay = 0.0

  /// The pieces that arrive for one frame, and whether each is late.
  func apply(
    to frame: [UInt8], _ random: inout SeededGenerator
  ) -> (pieces: [(bytes: [UInt8], isLate: Bool)], faultCount: Int) {
    var faultCount = 0
    if random.happens(lose) { return ([], 1) }
    var bytes: [UInt8] = []
    for byte in frame {
      var copies = 1
      var value = byte
      if random.happens(flip) { value ^= UInt8.random(in: 1...255, using: &random) }
      if random.happens(drop) { copies = 0 } else if random.happens(double) { copies = 2 }
      if copies != 1 || value != byte { faultCount += 1 }
      bytes += Array(repeating: value, count: copies)
    }
    if random.happens(cut) {
      faultCount += 1
      bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count + 1, using: &random)))
    }
    let isLate = random.happens(delay)
    var pieces = [(bytes, isLate)]
    if random.happens(duplicate) { pieces.append((bytes, random.happens(0.5))) }
    faultCount += (isLate ? 1 : 0) + pieces.count - 1
    return (pieces, faultCount)
  }
}
