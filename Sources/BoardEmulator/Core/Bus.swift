/// Which peripheral answers at which address, and what every access to one has to obey.
final class Bus {
  private unowned let machine: Machine
  /// By 1 KB block of the address; the manuals' blocks are no smaller.
  private var peripherals: [UInt32: any Peripheral] = [:]
  private var registers: [UInt32: Register] = [:]
  private(set) var all: [any Peripheral] = []

  init(_ machine: Machine) { self.machine = machine }

  func attach(_ peripheral: any Peripheral) {
    all.append(peripheral)
    for register in peripheral.registers {
      let address = peripheral.base + register.offset
      precondition(registers[address] == nil, "\(peripheral.name)_\(register.name) lies on another register")
      registers[address] = register
      peripherals[address & ~3] = peripheral
    }
  }

  /// A word, or the part of one that lies at `address`.
  func read(_ address: UInt32, width: UInt32) -> UInt32 {
    guard let (peripheral, register) = find(address, "read") else { return 0 }
    let word = peripheral.read(register.offset)
    if width == 4 { return word }
    return word >> (8 * (address & 3)) & (width == 1 ? 0xFF : 0xFFFF)
  }

  func write(_ value: UInt32, to address: UInt32, width: UInt32) {
    guard let (peripheral, register) = find(address, "written") else { return }
    var word = value
    if width < 4 {
      let shift = 8 * (address & 3)
      let mask: UInt32 = (width == 1 ? 0xFF : 0xFFFF) << shift
      // Write-only registers read as zero, which is what the other bytes of such a write mean.
      let rest = register.hasReadEffect ? 0 : peripheral.read(register.offset)
      word = rest & ~mask | value << shift & mask
    }
    let refused = (word ^ register.reset) & ~register.writable & ~register.readOnly
    if refused != 0 {
      let bit = refused.trailingZeroBitCount
      machine.stop(
        .notModelled,
        "\(peripheral.name)_\(register.name) (0x\(hex(address & ~3))): found a write of 0x\(hex(word)), which changes bit \(bit): "
          + "this emulator models bits 0x\(hex(register.writable)) of it")
      return
    }
    peripheral.write(word, to: register.offset)
  }

  /// Nil: nobody answers. What follows a finding within its block of instructions is not obeyed any more.
  private func find(_ address: UInt32, _ verb: String) -> (any Peripheral, Register)? {
    guard machine.finding == nil else { return nil }
    guard let peripheral = peripherals[address & ~3], let register = registers[address & ~3] else {
      machine.stop(.notModelled, "0x\(hex(address)) is \(verb): expected a register this emulator models\(neighbour(of: address))")
      return nil
    }
    if let enable = peripheral.clockEnable, !machine.clocks.isEnabled(enable) {
      machine.stop(
        .brokenRule, "\(peripheral.name)_\(register.name) is \(verb) while the peripheral has no clock: expected RCC \(enable) to be set")
      return nil
    }
    return (peripheral, register)
  }

  /// Names the peripheral whose registers begin before that address, where it is near.
  private func neighbour(of address: UInt32) -> String {
    let below = all.filter { $0.base <= address && address - $0.base < 0x400 }.max { $0.base < $1.base }
    guard let below else { return "" }
    return ", near \(below.name) at offset 0x\(hex(address - below.base))"
  }
}

package func hex(_ value: UInt32) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}
