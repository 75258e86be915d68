/// Consistent overhead byte stuffing (Cheshire and Baker, 1999): rewrites bytes without zeros, so
/// that a zero can end a frame.
package enum COBS {
  /// Most bytes that `count` bytes can take when stuffed, the closing zero aside.
  package static func stuffedBytes(_ count: Int) -> Int { count + (count + 253) / 254 }

  /// `contents` without zeros, and without the closing one.
  package static func stuff(_ contents: [UInt8]) -> [UInt8] {
    var output: [UInt8] = [0]
    output.reserveCapacity(stuffedBytes(contents.count) + 1)
    var codeIndex = 0
    var code: UInt8 = 1
    for (index, byte) in contents.enumerated() {
      if byte != 0 {
        output.append(byte)
        code += 1
      }
      if byte == 0 || (code == 0xFF && index + 1 < contents.count) {
        output[codeIndex] = code
        codeIndex = output.count
        output.append(0)
        code = 1
      }
    }
    output[codeIndex] = code
    return output
  }

  /// Takes stuffing out one byte at a time, none of them zero.
  package struct Decoder: Sendable {
    /// Count of the open block; 0 before the first.
    private var code: UInt8 = 0
    /// Bytes of it still to come.
    private var left: UInt8 = 0

    package init() {}

    /// A byte of the contents, where this one completes one.
    package mutating func take(_ byte: UInt8) -> UInt8? {
      if left > 0 {
        left -= 1
        return byte
      }
      let endsInZero = code != 0 && code != 0xFF
      code = byte
      left = byte &- 1
      return endsInZero ? 0 : nil
    }

    /// True when the contents may end here: between two blocks.
    package var isWhole: Bool { code != 0 && left == 0 }
  }
}
