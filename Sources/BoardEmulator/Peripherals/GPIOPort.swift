/// A port of 16 pins (RM0385, 6; RM0090, 8).
package final class GPIOPort: Peripheral {
  private enum Offset {
    static let moder: UInt32 = 0x00, pupdr: UInt32 = 0x0C, idr: UInt32 = 0x10, odr: UInt32 = 0x14, bsrr: UInt32 = 0x18
    static let lckr: UInt32 = 0x1C, afrl: UInt32 = 0x20, afrh: UInt32 = 0x24
  }
  private enum Mode {
    static let output: UInt32 = 1, alternate: UInt32 = 2
  }

  package let name: String
  package let base: UInt32
  package let clockEnable: String?
  package let registers: [Register]
  private let letter: Character
  private unowned let machine: Machine
  private var words = [UInt32](repeating: 0, count: 10)
  /// Of LCKR: pins whose configuration stands until the next reset, and how far the key has been written.
  private var locked: UInt32 = 0
  private var keyWrites: [UInt32] = []

  init(_ machine: Machine, _ letter: Character, at base: UInt32) {
    self.machine = machine
    self.letter = letter
    self.base = base
    name = "GPIO\(letter)"
    clockEnable = "GPIO\(letter)EN"
    registers = Self.map(letter)
  }

  /// After reset the debug pins PA13 to PA15, PB3 and PB4 have their alternate function and pulls.
  private static func map(_ letter: Character) -> [Register] {
    let (mode, speed, pull): (UInt32, UInt32, UInt32) =
      switch letter {
      case "A": (0xA800_0000, 0x0C00_0000, 0x6400_0000)
      case "B": (0x0000_0280, 0x0000_00C0, 0x0000_0100)
      default: (0, 0, 0)
      }
    return [
      Register("MODER", at: Offset.moder, reset: mode, writable: .max, "RM0385 6.4.1, RM0090 8.4.1"),
      Register("OTYPER", at: 0x04, writable: 0xFFFF, "RM0385 6.4.2, RM0090 8.4.2"),
      Register("OSPEEDR", at: 0x08, reset: speed, writable: .max, "RM0385 6.4.3, RM0090 8.4.3"),
      Register("PUPDR", at: Offset.pupdr, reset: pull, writable: .max, "RM0385 6.4.4, RM0090 8.4.4"),
      Register("IDR", at: Offset.idr, readOnly: 0xFFFF, "RM0385 6.4.5, RM0090 8.4.5"),
      Register("ODR", at: Offset.odr, writable: 0xFFFF, "RM0385 6.4.6, RM0090 8.4.6"),
      Register("BSRR", at: Offset.bsrr, writable: .max, "RM0385 6.4.7, RM0090 8.4.7"),
      Register("LCKR", at: Offset.lckr, writable: 0x1_FFFF, "RM0385 6.4.8, RM0090 8.4.8"),
      Register("AFRL", at: Offset.afrl, writable: .max, "RM0385 6.4.9, RM0090 8.4.9"),
      Register("AFRH", at: Offset.afrh, writable: .max, "RM0385 6.4.10, RM0090 8.4.10"),
    ]
  }

  package func reset(_ cause: ResetCause) {
    for register in registers { words[Int(register.offset / 4)] = register.reset }
    locked = 0
    keyWrites = []
  }

  private func mode(of pin: Int) -> UInt32 { words[0] >> (2 * UInt32(pin)) & 3 }

  /// Whether the pin is switched to that alternate function.
  func isConnected(pin: Int, alternateFunction: Int) -> Bool {
    let word = words[Int(pin < 8 ? Offset.afrl : Offset.afrh) / 4]
    return mode(of: pin) == Mode.alternate && word >> (4 * UInt32(pin % 8)) & 0xF == UInt32(alternateFunction)
  }

  private var outputs: UInt32 { words[Int(Offset.odr / 4)] }

  package func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.idr: (0..<16).reduce(0) { $0 | (level(of: $1) ? 1 << UInt32($1) : 0) }
    case Offset.bsrr: 0
    case Offset.lckr: locked | (locked != 0 ? 1 << 16 : 0)
    default: words[Int(offset / 4)]
    }
  }

  /// Nothing but pulls drives an input here; a line that idles is high.
  private func level(of pin: Int) -> Bool {
    switch mode(of: pin) {
    case Mode.output: outputs >> UInt32(pin) & 1 == 1
    case Mode.alternate: true
    default: words[Int(Offset.pupdr / 4)] >> (2 * UInt32(pin)) & 3 == 1
    }
  }

  package func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.idr: break
    case Offset.odr: setOutputs(value)
    case Offset.bsrr: setOutputs(outputs & ~(value >> 16) | value & 0xFFFF)  // set wins over reset
    case Offset.lckr: writeLock(value)
    default:
      let keep = lockedBits(of: offset)
      words[Int(offset / 4)] = words[Int(offset / 4)] & keep | value & ~keep
    }
  }

  private func setOutputs(_ value: UInt32) {
    let led = machine.board.led
    let wasOn = isDriven(led)
    words[Int(Offset.odr / 4)] = value
    if led.port == letter && isDriven(led) != wasOn { machine.note("LED \(led) \(wasOn ? "off" : "on")") }
  }

  private func isDriven(_ pin: EmulatedBoard.Pin) -> Bool {
    pin.port == letter && mode(of: pin.number) == Mode.output && outputs >> UInt32(pin.number) & 1 == 1
  }

  // MARK: Lock

  /// LCKK written as 1, 0, 1 with the same pins.
  private func writeLock(_ value: UInt32) {
    guard locked == 0 else { return }
    keyWrites = keyWrites.suffix(2) + [value]
    let pins = value & 0xFFFF
    if keyWrites == [pins | 1 << 16, pins, pins | 1 << 16] { locked = pins }
  }

  private func lockedBits(of offset: UInt32) -> UInt32 {
    guard locked != 0 else { return 0 }
    let width: UInt32 = offset == 0x04 ? 1 : offset < Offset.afrl ? 2 : 4
    let first: UInt32 = offset == Offset.afrh ? 8 : 0
    let count: UInt32 = min(16, 32 / width)
    return (0..<count).reduce(0) { bits, index in
      locked >> (first + index) & 1 == 1 ? bits | ((1 << width) - 1) << (width * index) : bits
    }
  }
}
