/// A board as its user manual describes it, not as our firmware believes it to be.
package struct EmulatedBoard: Sendable {
  package enum ExternalClock: Hashable, Sendable {
    case crystal(hertz: UInt64)
    /// A clock signal on OSC_IN, as a probe's MCO: needs HSEBYP.
    case signal(hertz: UInt64)

    package var hertz: UInt64 {
      switch self {
      case .crystal(let hertz), .signal(let hertz): hertz
      }
    }
  }

  /// A pin with the alternate function that connects it: `PA9`.
  package struct Pin: Hashable, Sendable, CustomStringConvertible {
    package let port: Character
    package let number: Int
    package let alternateFunction: Int

    package var description: String { "P\(port)\(number)" }
  }

  /// Name of the folder in `Firmware/boards`.
  package let name: String
  package let chip: Chip
  package let externalClock: ExternalClock
  /// Of the probe's virtual COM port, from the board's side.
  package let usart: String
  package let transmitPin: Pin
  package let receivePin: Pin
  package let led: Pin
}
