/// A receiver whose rate is not the sender's: it samples the wire at its own moments, so it reads other bytes, more or
/// fewer of them, and stop bits that are none.
///
/// Invariant: `frames` are in order and do not overlap; between them the wire is high.
struct LineSampler {
  private struct Frame {
    let start: VirtualTime
    let bitTime: VirtualTime
    let byte: UInt8

    var end: VirtualTime { start + 10 * bitTime }

    func level(at time: VirtualTime) -> Bool {
      let bit = (time - start) / bitTime
      return bit == 0 ? false : bit > 8 ? true : byte >> (bit - 1) & 1 == 1
    }
  }

  private var frames: [Frame] = []
  private var looksFrom: VirtualTime = 0

  mutating func add(_ byte: UInt8, start: VirtualTime, bitTime: VirtualTime) {
    frames.append(Frame(start: start, bitTime: bitTime, byte: byte))
  }

  /// The characters whose stop bit is sampled until `time`, up to which the wire is known.
  mutating func characters(until time: VirtualTime, bitTime: VirtualTime) -> [LineCharacter] {
    var characters: [LineCharacter] = []
    while let start = fallingEdge(), start + 19 * bitTime / 2 <= time {
      let bits = (0..<9).map { level(at: start + (2 * VirtualTime($0) + 3) * bitTime / 2) }
      let byte = (0..<8).reduce(UInt8(0)) { $0 | (bits[$1] ? 1 << UInt8($1) : 0) }
      characters.append(LineCharacter(byte: byte, began: start, hasFramingError: !bits[8]))
      looksFrom = start + 19 * bitTime / 2
      frames.removeAll { $0.end <= looksFrom }
    }
    return characters
  }

  private func level(at time: VirtualTime) -> Bool {
    frames.first { $0.start <= time && time < $0.end }?.level(at: time) ?? true
  }

  /// The next moment at which the wire goes low.
  private func fallingEdge() -> VirtualTime? {
    for frame in frames where frame.end > looksFrom {
      for bit in 0..<9 as Range<VirtualTime> {
        let edge = frame.start + bit * frame.bitTime
        let wasHigh = bit == 0 || frame.level(at: edge - 1)
        if edge >= looksFrom && wasHigh && !frame.level(at: edge) { return edge }
      }
    }
    return nil
  }
}
