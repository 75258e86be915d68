/// Random numbers as a function of (seed, step, tensor, index): the same wherever a step is computed, and the same
/// when it is computed again.
struct RandomBits {
  private let key: UInt32

  init(seed: UInt32, step: UInt32, tensor: UInt32) {
    key = Self.mix(Self.mix(Self.mix(seed) &+ step) &+ tensor)
  }

  /// 32 bits for element `index`.
  subscript(index: Int) -> UInt32 { Self.mix(key &+ UInt32(truncatingIfNeeded: index) &* 0x9e37_79b9) }

  /// The finalizer of MurmurHash3 (A. Appleby, 2011, public domain): each input bit flips each output bit half the time.
  private static func mix(_ word: UInt32) -> UInt32 {
    var mixed = word
    mixed = (mixed ^ mixed >> 16) &* 0x85eb_ca6b
    mixed = (mixed ^ mixed >> 13) &* 0xc2b2_ae35
    return mixed ^ mixed >> 16
  }
}
