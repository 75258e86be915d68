/// Learning rate = mantissa · 2^-shift, mantissa in 2^30 ..< 2^31 or 0.
package struct StepRate: Hashable, Sendable {
  package var mantissa: UInt32
  package var shift: UInt32

  package init(mantissa: UInt32, shift: UInt32) {
    self.mantissa = mantissa
    self.shift = shift
  }

  package static let zero = StepRate(mantissa: 0, shift: 0)
}
