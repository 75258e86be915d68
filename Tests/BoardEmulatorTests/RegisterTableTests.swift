import Foundation
import Testing

import BoardEmulator

/// Firmware and emulator were written apart, from the same manuals: here they are held against each other, and both
/// against `Firmware/registers.md`.
@Suite struct RegisterTableTests {
  private struct Found {
    let peripheral: any Peripheral
    let register: Register
    var address: UInt32 { peripheral.base + register.offset }
    var name: String { "\(peripheral.name)_\(register.name)" }
  }

  private let chips: [(name: String, registers: [Found])]
  private let headers: FirmwareHeaders

  init() throws {
    chips = try [("F746", "nucleo-f746zg"), ("F429", "nucleo-f429zi")].map { chip, board in
      let machine = try Machine(board: EmulatedBoard.named(board)!)
      return (chip, machine.peripherals.flatMap { peripheral in peripheral.registers.map { Found(peripheral: peripheral, register: $0) } })
    }
    headers = try FirmwareHeaders()
  }

  /// The registers a name of the firmware means on one chip.
  private func find(_ name: String, _ place: FirmwareHeaders.Place, in registers: [Found]) -> [Found] {
    switch place {
    case .address(let address): registers.filter { $0.address == address }
    case .offset(let peripheral, let offset): registers.filter { $0.peripheral.name.hasPrefix(peripheral) && $0.register.offset == offset }
    case .stream(let offset):
      registers.filter { $0.peripheral.name.hasPrefix("DMA") && $0.register.offset >= 0x10 && ($0.register.offset - 0x10) % 0x18 == offset }
    }
  }

  /// Names without the peripheral's letter or number, the register's index, or the 1 that the F7 added: `GPIO_AFR` is
  /// GPIOA_AFRL, `NVIC_ISER` is NVIC_ISER0, `PWR_CR1` is PWR_CR on the F4, `DMA_SxCR` is DMA1_S0CR.
  private func means(_ name: String, _ found: Found) -> Bool {
    let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
    guard found.peripheral.name.hasPrefix(parts[0]) else { return false }
    let register = found.register.name
    if parts[1].hasPrefix("Sx") { return register.hasPrefix("S") && register.dropFirst(2) == parts[1].dropFirst(2) }
    return register == parts[1] || register + "1" == parts[1] || register == parts[1] + "0" || register == parts[1] + "L"
  }

  @Test func everyRegisterOfTheFirmware_liesWhereTheEmulatorHasIt() {
    #expect(headers.places.count > 40)
    for (name, place) in headers.places {
      let found = chips.flatMap { find(name, place, in: $0.registers) }
      #expect(!found.isEmpty, "\(name): nothing of the emulator lies at \(place)")
      for each in found { #expect(means(name, each), "\(name) is \(each.name) in the emulator") }
    }
  }

  @Test func everyBitOfTheFirmware_isModelled() {
    for (name, bits) in headers.bits {
      let found = chips.flatMap { find(name, headers.places[name]!, in: $0.registers) }
      let modelled = found.reduce(0 as UInt32) { $0 | $1.register.writable | $1.register.readOnly | $1.register.reset }
      for bit in bits {
        #expect(bit.mask & ~modelled == 0, "\(name)_\(bit.name) is 0x\(hex(bit.mask)): the emulator models 0x\(hex(modelled))")
      }
    }
  }

  @Test(arguments: [("stm32f7_usart.c", 0), ("stm32f4_usart.c", 1)])
  func bothGenerationsOfUSART_haveTheirRegistersWhereTheDriverSays(_ file: String, _ chip: Int) {
    let driver = headers.usart[file] ?? [:]
    #expect(driver.count >= 5)
    for (name, offset) in driver {
      #expect(
        chips[chip].registers.contains { $0.peripheral.name == "USART1" && $0.register.name == name && $0.register.offset == offset },
        "\(file): \(name) at 0x\(String(offset, radix: 16))")
    }
  }

  // MARK: The document

  @Test func document_isWhatBothSay() throws {
    let file = FirmwareHeaders.folder.appendingPathComponent("registers.md")
    let text = document()
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" { try Data(text.utf8).write(to: file) }
    #expect(
      try String(contentsOf: file, encoding: .utf8) == text,
      "Firmware/registers.md is out of date: UPDATE_SNAPSHOTS=1 renews it")
  }

  private func document() -> String {
    var rows: [(address: UInt32, text: String)] = []
    for (name, place) in headers.places {
      let found = chips.map { ($0.name, find(name, place, in: $0.registers)) }.filter { !$0.1.isEmpty }
      guard let first = found.first?.1.first else { continue }
      let only = found.count == 1 ? " (\(found[0].0))" : ""
      let address =
        switch place {
        case .address(let address): "0x\(hex(address))"
        case .offset(_, let offset): "+ 0x\(String(offset, radix: 16, uppercase: true))"
        case .stream(let offset): "+ 0x\(String(offset, radix: 16, uppercase: true)) of a stream"
        }
      let bits = (headers.bits[name] ?? []).map(Self.describe).joined(separator: ", ")
      rows.append((first.address, "| `\(name)`\(only) | \(address) | \(resets(found)) | \(bits.isEmpty ? "all" : bits) | \(first.register.section) |"))
    }
    for (chip, file) in [(0, "stm32f7_usart.c"), (1, "stm32f4_usart.c")] {
      for found in chips[chip].registers where found.peripheral.name == "USART1" && headers.usart[file]?[found.register.name] != nil {
        let bits = headers.usartBits(found.register.name).map(Self.describe).joined(separator: ", ")
        rows.append((
          found.address + UInt32(chip),
          "| `USART_\(found.register.name)` (\(chips[chip].name)) | + 0x\(String(found.register.offset, radix: 16, uppercase: true)) "
            + "| 0x\(hex(found.register.reset)) | \(bits.isEmpty ? "all" : bits) | \(found.register.section) |"
        ))
      }
    }
    return Self.introduction + rows.sorted { ($0.address, $0.text) < ($1.address, $1.text) }.map(\.text).joined(separator: "\n") + "\n"
  }

  /// `0x00000000`, or what differs: by chip, or by port.
  private func resets(_ found: [(String, [Found])]) -> String {
    let values = found.map { chip, registers in (chip, registers.map(\.register.reset)) }
    if Set(values.flatMap(\.1)).count == 1 { return "0x\(hex(values[0].1[0]))" }
    if values.allSatisfy({ Set($0.1).count == 1 }) { return values.map { "\($0.0) 0x\(hex($0.1[0]))" }.joined(separator: ", ") }
    return found[0].1.filter { $0.register.reset != 0 }.map { "\($0.peripheral.name) 0x\(hex($0.register.reset))" }.joined(separator: ", ")
      + ", others 0"
  }

  private static func describe(_ bits: FirmwareHeaders.Bits) -> String {
    bits.mask.nonzeroBitCount == 1 ? "\(bits.name) \(bits.mask.trailingZeroBitCount)" : "\(bits.name) 0x\(String(bits.mask, radix: 16, uppercase: true))"
  }

  private static let introduction = """
    # Registers of the drivers

    Every register that `boards/common` names, where it lies, what it holds after reset, and which of its bits the drivers
    name: a single bit by its number, a field by its mask. Sections are those of the reference manuals RM0385 (STM32F746)
    and RM0090 (STM32F429), of the Armv7-M architecture (DDI 0403E) and of the Cortex-M7 (DDI 0489).

    The drivers' headers and the emulator's tables (`../Sources/BoardEmulator`) were written apart. `RegisterTableTests`
    holds them against each other and writes this page from both (`UPDATE_SNAPSHOTS=1`).

    | register | address | after reset | bits | manual |
    |---|---|---|---|---|

    """
}
