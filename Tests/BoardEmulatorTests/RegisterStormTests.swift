import BoardEmulator
import Foundation
import Testing

/// Firmware may write anything anywhere: the machine stops with a finding or goes on, the emulator never breaks.
@Suite(.enabled(if: Program.isPossible, "arm-none-eabi-gcc is not installed")) struct RegisterStormTests {
  /// `STORM_ACCESSES` and `STORM_SEED` set others.
  private static let accesses = setting("STORM_ACCESSES").map { Int($0) } ?? 10_000
  private static let seed = setting("STORM_SEED") ?? 6

  private static func setting(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }

  /// A loop that sleeps; any exception returns at once.
  private static let source = """
    main: cpsie i
    loop: adds r0, #1
      tst r0, #7
      bne loop
      wfi
      b loop
      .thumb_func
    back: bx lr
    """

  @Test(arguments: ["nucleo-f429zi", "stm32f746g-disco"]) func randomAccesses_neverBreakTheEmulator(board: String) throws {
    let image = try Program(Self.source, vectors: Dictionary(uniqueKeysWithValues: (2..<64).map { ($0, "back") })).image
    var random = SplitMix64(state: Self.seed)
    var (accesses, machines) = (0, 0)
    while accesses < Self.accesses {
      let machine = try Machine(board: .named(board)!, seed: random.next())
      try machine.load(image)
      machine.powerOn()
      accesses += storm(machine, &random, atMost: Self.accesses - accesses)
      machines += 1
      #expect(machine.finding?.kind != .broken, "seed \(Self.seed): \(machine.finding?.description ?? "")")
    }
    print("\(board): \(accesses) accesses from seed \(Self.seed), \(machines) machines")
  }

  /// Until the machine stops. How many accesses that were.
  private func storm(_ machine: Machine, _ random: inout SplitMix64, atMost limit: Int) -> Int {
    let registers = machine.peripherals.flatMap { peripheral in peripheral.registers.map { (peripheral, $0) } }
    for (peripheral, register) in registers where peripheral.name == "RCC" && register.name.hasSuffix("ENR") {
      peripheral.write(register.writable, to: register.offset)
    }
    var count = 0
    while machine.finding == nil && count < limit {
      count += 1
      let (peripheral, register) = registers[Int(random.next() % UInt64(registers.count))]
      access(machine, peripheral, register, &random)
      if count % 4 == 0 { _ = machine.run(until: machine.now + .microseconds(random.next() % 64)) }
    }
    return count
  }

  /// Reads, or writes with one bit changed, or many, or none that is modelled. What lies on the core's own bus is asked
  /// directly: no other master reaches it.
  private func access(_ machine: Machine, _ peripheral: any Peripheral, _ register: Register, _ random: inout SplitMix64) {
    let address = peripheral.base + register.offset
    let isPrivate = address >= 0xE000_0000
    let noise = UInt32(truncatingIfNeeded: random.next())
    let choice = random.next() % 64
    if choice < 20 {
      _ = isPrivate ? peripheral.read(register.offset) : machine.masterRead(address, width: 1 << UInt32(choice % 3), by: "storm")
      return
    }
    let bits: UInt32 = choice < 44 ? 1 << (noise & 31) : choice < 63 ? noise : noise & noise >> 3
    let value = (register.reset ^ bits) & (choice == 63 && !isPrivate ? .max : register.writable) | register.reset & ~register.writable
    if isPrivate {
      peripheral.write(value, to: register.offset)
    } else {
      _ = machine.masterWrite(value, to: address, width: 4, by: "storm")
    }
  }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
