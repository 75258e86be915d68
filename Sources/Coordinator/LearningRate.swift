/// A learning rate as a device takes it: `mantissa * 2^-shift`, mantissa in [2^30, 2^31) or 0
/// (`struct step_rate` in Firmware/runtime/step.h).
package struct LearningRate: Hashable, Sendable {
  package let mantissa: UInt32
  package let shift: UInt8

  package static let zero = LearningRate(mantissa: 0, shift: 0)
  /// Largest rate; nothing useful lies above, and the shift stays positive.
  package static let maximum = 16.0

  private init(mantissa: UInt32, shift: UInt8) {
    self.mantissa = mantissa
    self.shift = shift
  }

  /// The nearest rate with a mantissa of 16 significant bits.
  ///
  /// The cut keeps the last bit of two hosts' `cos` from reaching a device. Rates under 2^-200 are 0.
  /// - Parameter value: 0…`maximum`.
  package init(_ value: Double) {
    precondition(value >= 0 && value <= Self.maximum, "learning rate \(value), expected 0…\(Self.maximum)")
    guard value >= 0x1p-200 else {
      self = .zero
      return
    }
    let significant = (value.significand * 32768).rounded()
    let overflows = significant == 65536
    let exponent = Int(value.exponent) + (overflows ? 1 : 0)
    self.init(
      mantissa: overflows ? 1 << 30 : UInt32(significant) << 15, shift: UInt8(30 - exponent))
  }

  package var value: Double {
    Double(sign: .plus, exponent: -Int(shift), significand: Double(mantissa))
  }
}
