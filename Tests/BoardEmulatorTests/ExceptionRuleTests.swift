import BoardEmulator
import Testing

/// Corners of the exception model and of virtual time in which firmware goes wrong, or an emulator does.
@Suite(.enabled(if: Program.isPossible, "arm-none-eabi-gcc is not installed")) struct ExceptionRuleTests {
  /// RAM at 0x20000000 is cleared first, R0 points to it: it comes up with anything.
  private static let clear = """
    main: ldr r0, =0x20000000
      movs r1, #0
      str r1, [r0]
      str r1, [r0, #4]
      str r1, [r0, #8]

    """
  /// Handlers that write their number to 0x20000000 and stay.
  private static let handlers = [3: "hard", 5: "bus"]
  private static func handler(_ name: String, _ number: Int) -> String {
    """

    .thumb_func
    \(name): ldr r0, =0x20000000
      movs r1, #\(number)
      str r1, [r0]
      ldr r2, =0xE000ED28
      ldr r1, [r2]
      str r1, [r0, #4]
      ldr r1, [r2, #4]
      str r1, [r0, #8]
    \(name)_stays: b \(name)_stays

    """
  }

  private func run(
    _ source: String, vectors: [Int: String] = [:], board: String = "nucleo-f429zi", milliseconds: UInt64 = 1
  ) throws -> Machine {
    let text = Self.clear + source + "\nstay: b stay\n" + Self.handler("hard", 3) + Self.handler("bus", 5)
    return try Program(text, vectors: Self.handlers.merging(vectors) { $1 })
      .run(on: .named(board)!, milliseconds: milliseconds)
  }

  /// Handler, CFSR and HFSR.
  private func check(_ machine: Machine, _ expected: [UInt32], _ location: SourceLocation = #_sourceLocation) {
    #expect(machine.finding == nil, sourceLocation: location)
    #expect((0..<3).map { machine.word(0x2000_0000 + 4 * $0) } == expected, sourceLocation: location)
  }

  private static let enableFaults = "ldr r2, =0xE000ED24\n mov r1, #0x70000\n str r1, [r2]\n ldr r3, =0x60000000\n"

  // MARK: Priorities of faults

  @Test func busFault_goesToItsHandler() throws { check(try run(Self.enableFaults + "ldr r4, [r3]"), [5, 0x8200, 0]) }

  @Test func busFaultUnderPRIMASK_becomesAHardFault() throws {
    check(try run(Self.enableFaults + "cpsid i\n ldr r4, [r3]"), [3, 0x8200, 1 << 30])
  }

  @Test func faultUnderFAULTMASK_locksUp() throws {
    #expect(try run(Self.enableFaults + "cpsid f\n ldr r4, [r3]").finding?.kind == .lockup)
  }

  @Test func breakpointWithoutDebugger_isAHardFaultWithDEBUGEVT() throws { check(try run("bkpt #0"), [3, 0, 1 << 31]) }

  @Test func jumpThroughErasedFlash_isAFault() throws {
    let machine = try run("ldr r1, =0xFFFFFFFF\n bx r1")
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 3)
  }

  /// The frame of PendSV does not fit: HardFault comes first.
  @Test func stackBelowRAM_isAHardFaultWithSTKERR() throws {
    let machine = try run("ldr r1, =0x20000010\n mov sp, r1\n ldr r2, =0xE000ED04\n mov r3, #0x10000000\n str r3, [r2]\n isb")
    check(machine, [3, 1 << 12, 1 << 30])
  }

  /// Below SRAM the MPU forbids 32 bytes: it speaks before the bus does. PendSV gives way to MemManage's own handler.
  @Test func stackInAGuard_isMSTKERR() throws {
    let machine = try run(
      """
      ldr r2, =0xE000ED24
      mov r1, #0x70000
      str r1, [r2]
      ldr r2, =0xE000ED20
      ldr r1, =0x00F00000
      str r1, [r2]
      ldr r2, =0xE000ED90
      ldr r1, =0x1FFFFFE0
      str r1, [r2, #12]
      ldr r1, =0x10000009
      str r1, [r2, #16]
      movs r1, #5
      str r1, [r2, #4]
      ldr r1, =0x20000010
      mov sp, r1
      ldr r2, =0xE000ED04
      mov r3, #0x10000000
      str r3, [r2]
      isb
      b stay
      """ + Self.handler("memory", 4), vectors: [4: "memory"])
    check(machine, [4, 1 << 4, 0])
  }

  @Test(arguments: ["0", "0x40", "0xFFFFFFFF"]) func stackPointerOutOfMemory_isNoCrashOfTheEmulator(pointer: String) throws {
    let machine = try run("ldr r1, =\(pointer)\n mov sp, r1\n udf #0")
    check(machine, [3, 1 << 12 | 1 << 16, 1 << 30])
  }

  @Test func jumpToAnEvenAddress_isINVSTATE() throws {
    check(try run("ldr r1, =stay\n bic r1, #1\n bx r1"), [3, 1 << 17, 1 << 30])
  }

  @Test func jumpIntoRegisters_isAFault() throws {
    let machine = try run("ldr r1, =0x40020001\n bx r1")
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 3)
  }

  @Test(arguments: ["yield", "wfe", "sev", "nop.w"]) func hint_endsNothing(instruction: String) throws {
    check(try run("\(instruction)\n movs r1, #7\n str r1, [r0]"), [7, 0, 0])
  }

  // MARK: Rules

  @Test(arguments: [
    ("VTOR", "ldr r2, =0xE000ED08\n ldr r1, =0xFFFFFE00\n str r1, [r2]\n udf #0"),
    ("512", "ldr r2, =0xE000ED08\n ldr r1, =0x08000080\n str r1, [r2]"),
    ("vector 14", "ldr r2, =0xE000ED04\n mov r3, #0x10000000\n str r3, [r2]\n isb"),
    ("BASEPRI", "movs r1, #0x40\n msr basepri, r1\n ldr r2, =0xE000ED04\n mov r3, #0x4000000\n str r3, [r2]\n isb"),
    ("EXC_RETURN", "svc #0"),
    ("xPSR", "svc #1"),
  ]) func brokenRule_stopsWithASentence(word: String, source: String) throws {
    let call =
      source.hasSuffix("0")
      ? "ldr lr, =0xFFFFFFF1\n bx lr"  // to a handler, while none is active
      : "ldr r1, [sp, #28]\n adds r1, #3\n str r1, [sp, #28]\n bx lr"
    let machine = try run(source + "\nb stay\neven: b stay\n.thumb_func\ncall: \(call)", vectors: [11: "call", 14: "even"])
    #expect(machine.finding?.description.contains(word) == true, "\(machine.finding?.description ?? "no finding")")
  }

  @Test func byteWriteToCFSR_clearsNoOtherByte() throws {
    let machine = try run(
      "ldr r3, =0x60000000\n ldr r4, [r3]\nb stay\n.thumb_func\nclear: ldr r2, =0xE000ED28\n movs r1, #0xFF\n strb r1, [r2]\n b hard", vectors: [3: "clear"])
    check(machine, [3, 0x8200, 1 << 30])
  }

  @Test func returnWithinITBlock_isTaken() throws {
    let machine = try run(
      """
      svc #0
      str r0, [r0, #8]
      b stay
      .thumb_func
      call: movs r1, #1
        cmp r1, #1
        it eq
        bxeq lr
        udf #0
      """, vectors: [11: "call"])
    #expect(machine.word(0x2000_0008) == 0x2000_0000)
  }

  // MARK: Time

  /// Events every 50 cycles, blocks of 100 instructions: they are executed all the same.
  @Test func eventsFasterThanBlocks_letTheCoreGoOn() throws {
    let machine = try run(
      "ldr r2, =0xE000E010\n movs r1, #49\n str r1, [r2, #4]\n str r1, [r2, #8]\n movs r1, #5\n str r1, [r2]\n"
        + "again: \(String(repeating: "nop\n", count: 100)) ldr r1, [r0]\n adds r1, #1\n str r1, [r0]\n b again")
    // 16,000 cycles, of which at most half pass without instructions.
    #expect((70...160).contains(machine.word(0x2000_0000)))
  }

  @Test func currentValueOfSysTick_neverExceedsTheReload() throws {
    let machine = try run(
      """
      ldr r2, =0xE000E010
      movs r1, #9
      str r1, [r2, #4]
      str r1, [r2, #8]
      movs r1, #5
      str r1, [r2]
      again: ldr r1, [r2, #8]
      ldr r3, [r0]
      cmp r1, r3
      it hi
      strhi r1, [r0]
      nop
      b again
      """)
    #expect((1...9).contains(machine.word(0x2000_0000)))
  }

  /// The 32-bit WFI is resumed behind itself, run in pieces or at once.
  @Test(arguments: ["wfi", "wfi.w"]) func sleepAcrossRuns_goesOnBehindTheInstruction(instruction: String) throws {
    let program = try Program(
      Self.clear + """
        ldr r2, =0xE000E010
        ldr r1, =15999
        str r1, [r2, #4]
        str r1, [r2, #8]
        movs r1, #7
        str r1, [r2]
        again: \(instruction)
        ldr r1, [r0]
        adds r1, #1
        str r1, [r0]
        b again
        .thumb_func
        tick: bx lr
        """, vectors: [15: "tick"])
    let machine = try Machine(board: .named("nucleo-f429zi")!, cyclesPerInstruction: 1)
    try machine.load(program.image)
    machine.powerOn()
    for moment in 1...100 { _ = machine.run(until: .microseconds(100 * UInt64(moment))) }
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 9)
  }

  /// Whatever place in a block it falls on, its boundaries included.
  @Test func instructionStop_comesExactly() throws {
    let machine = try Machine(board: .named("nucleo-f429zi")!, cyclesPerInstruction: 1)
    try machine.load(Program("main: movs r0, #0\nagain: adds r0, #1\n nop\n nop\n b again").image)
    machine.powerOn()
    for index in 0..<16 as Range<UInt64> {
      let count = machine.executed + 1000 + index
      var seen: UInt64?
      machine.whenExecuted(count) { seen = machine.executed }
      _ = machine.run(until: machine.now + .milliseconds(1))
      #expect(seen == count)
    }
  }
}
