/// A small generator whose output is fixed for all time, unlike that of the standard library.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix64 {
  private var state: UInt64

  /// Streams of one seed are unrelated: were the stream only added to the seed, each would be
  /// another one shifted.
  init(seed: UInt64, stream: UInt64) {
    state = Self.mix(Self.mix(seed &+ Self.gamma) ^ Self.mix(stream &+ 2 &* Self.gamma))
  }

  private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ word: UInt64) -> UInt64 {
    var word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func next() -> UInt64 {
    state &+= Self.gamma
    return Self.mix(state)
  }

  /// A number in `0..<bound`, all equally likely: of the product of 64 random bits and the bound
  /// the upper half, drawn again where the lower half shows a bias (Lemire 2019, arXiv:1805.10941).
  mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "bound \(bound)")
    let bound = UInt64(bound)
    let threshold = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return Int(product.high) }
    }
  }
}
