/// One register of a peripheral, as the manual's register map has it.
package struct Register: Hashable, Sendable {
  /// As in the manual, without the peripheral: `CR1`.
  package let name: String
  package let offset: UInt32
  package let reset: UInt32
  /// Bits that may be written and mean something here. Writing into any other bit what it does not hold after reset
  /// stops the machine: what it would do is not modelled.
  package let writable: UInt32
  /// Bits of which the chip ignores writes: status, identification.
  package let readOnly: UInt32
  /// Of the reference manual, or of another named one.
  package let section: String
  /// Reading it does something: writing a part of it reads nothing, the rest is written as zero.
  package let hasReadEffect: Bool

  package init(
    _ name: String, at offset: UInt32, reset: UInt32 = 0, writable: UInt32 = 0, readOnly: UInt32 = 0, _ section: String,
    hasReadEffect: Bool = false
  ) {
    self.name = name
    self.offset = offset
    self.reset = reset
    self.writable = writable
    self.readOnly = readOnly
    self.section = section
    self.hasReadEffect = hasReadEffect
  }
}

/// A block of registers on a bus.
///
/// The bus calls `read` and `write` with offsets of `registers` only, words only, and after it has looked at the
/// peripheral's clock and at `Register.writable`.
package protocol Peripheral: AnyObject {
  /// As in the manual: `USART1`.
  var name: String { get }
  var base: UInt32 { get }
  var registers: [Register] { get }
  /// What the RCC calls the clock this needs, `USART1EN`; nil: it always has one.
  var clockEnable: String? { get }
  func read(_ offset: UInt32) -> UInt32
  func write(_ value: UInt32, to offset: UInt32)
  /// Back to the values after reset; called at power on too.
  func reset(_ cause: ResetCause)
}

extension Peripheral {
  package var clockEnable: String? { nil }
}

package enum ResetCause: String, Hashable, Sendable, CaseIterable {
  case powerOn, pin, software, independentWatchdog
}
