/// What the numbers of a data set mean: `--input-scale auto|raw|X`.
package enum InputScale: Equatable, Sendable {
  /// Unsigned bytes are pixels, 0 to 1 in steps of 1/255; signed bytes are codes of the model
  /// already; floating-point numbers are real values.
  case auto
  /// The numbers are codes of the model. Unsigned bytes are codes whose zero point is 128 higher.
  case raw
  /// A number times this factor is the real value.
  case factor(Double)

  /// Reads `auto`, `raw` or a finite number other than zero; `nil` otherwise.
  package init?(_ text: String) {
    switch text {
    case "auto": self = .auto
    case "raw": self = .raw
    default:
      guard let factor = Double(text), factor.isFinite, factor != 0 else { return nil }
      self = .factor(factor)
    }
  }
}

/// Turns samples into the int8 codes of a model's input.
///
/// A real value r becomes the code `clamp(round(r / scale) + zeroPoint, -128, 127)`, where halves
/// round away from zero. All arithmetic is IEEE double, so every machine gives the same codes:
///
/// | `--input-scale` | unsigned byte v     | signed byte v    | floating-point v        |
/// |-----------------|---------------------|------------------|-------------------------|
/// | `auto`          | r = v / 255         | code = v         | r = v                   |
/// | `raw`           | code = v − 128      | code = v         | code = v, rounded, clamped |
/// | X               | r = v · X           | r = v · X        | r = v · X               |
///
/// `raw` of an unsigned byte is how a uint8 model's input turns into that of the same model in
/// int8: TFLite lowers the zero point by 128 and keeps the scale.
package struct InputEncoder: Sendable {
  package let scale: Double
  package let zeroPoint: Int
  package let inputScale: InputScale
  /// The code of each byte's bit pattern.
  private let codesOfUnsigned: [Int8]
  private let codesOfSigned: [Int8]

  /// - Parameters:
  ///   - scale: of the model's input, positive and finite.
  ///   - zeroPoint: of the model's input, −128…127.
  package init(scale: Float, zeroPoint: Int, inputScale: InputScale) {
    precondition(scale > 0 && scale.isFinite, "input scale \(scale)")
    precondition(-128...127 ~= zeroPoint, "input zero point \(zeroPoint)")
    self.scale = Double(scale)
    self.zeroPoint = zeroPoint
    self.inputScale = inputScale
    let quantize = { Self.code(of: $0, scale: Double(scale), zeroPoint: zeroPoint) }
    let unsigned = 0...UInt8.max
    switch inputScale {
    case .auto:
      codesOfUnsigned = unsigned.map { quantize(Double($0) / 255) }
      codesOfSigned = unsigned.map(Int8.init(bitPattern:))
    case .raw:
      codesOfUnsigned = unsigned.map { Int8(bitPattern: $0 ^ 0x80) }
      codesOfSigned = unsigned.map(Int8.init(bitPattern:))
    case .factor(let factor):
      codesOfUnsigned = unsigned.map { quantize(Double($0) * factor) }
      codesOfSigned = unsigned.map { quantize(Double(Int8(bitPattern: $0)) * factor) }
    }
  }

  /// One code for each value, in the same order.
  package func codes(of values: SampleValues) -> [Int8] {
    switch values {
    case .unsigned(let values):
      return values.map { codesOfUnsigned[Int($0)] }
    case .signed(let values):
      return values.map { codesOfSigned[Int(UInt8(bitPattern: $0))] }
    case .real(let values):
      return switch inputScale {
      case .auto: values.map { Self.code(of: Double($0), scale: scale, zeroPoint: zeroPoint) }
      case .raw: values.map { Self.code(of: Double($0), scale: 1, zeroPoint: 0) }
      case .factor(let factor):
        values.map { Self.code(of: Double($0) * factor, scale: scale, zeroPoint: zeroPoint) }
      }
    }
  }

  /// Clamps before the conversion to an integer, which would trap on what does not fit.
  private static func code(of real: Double, scale: Double, zeroPoint: Int) -> Int8 {
    let code = (real / scale).rounded(.toNearestOrAwayFromZero) + Double(zeroPoint)
    return Int8(min(max(code, -128), 127))
  }
}
