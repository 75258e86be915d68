import BoardEmulator
import Testing

/// What libunicorn leaves to us: entering and leaving exceptions, in which order, and sleeping.
@Suite(.enabled(if: Program.isPossible, "arm-none-eabi-gcc is not installed")) struct ExceptionTests {
  static let boards = ["nucleo-f429zi", "stm32f746g-disco"]

  /// RAM at 0x20000000 is cleared first: it comes up with anything.
  private static let clear = """
    main: ldr r0, =0x20000000
      movs r1, #0
      str r1, [r0]
      str r1, [r0, #4]
      str r1, [r0, #8]
      str r1, [r0, #12]

    """

  @Test(arguments: boards) func sysTick_wakesTheSleepingCoreOnceAMillisecond(board: String) throws {
    let program = try Program(
      Self.clear + """
          ldr r2, =0xE000E010
          ldr r1, =15999
          str r1, [r2, #4]
          str r1, [r2, #8]
          movs r1, #7
          str r1, [r2]
        sleep: wfi
          ldr r1, [r0, #4]
          adds r1, #1
          str r1, [r0, #4]
          b sleep
          .thumb_func
        tick: ldr r0, =0x20000000
          ldr r1, [r0]
          adds r1, #1
          str r1, [r0]
          bx lr
        """, vectors: [15: "tick"])
    let machine = try program.run(on: .named(board)!, milliseconds: 10)
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 9)
    #expect(machine.word(0x2000_0004) == 9)
    #expect(machine.sleptTime > .microseconds(9900))
  }

  /// Interrupt 5 (priority 0x40) preempts 6 (0x80), which pends 7 (0x80): 7 follows 6 without a return between.
  @Test func interrupts_preemptAndChainByPriority() throws {
    let program = try Program(
      Self.clear + """
          ldr r2, =0xE000E100
          movs r1, #0xE0
          str r1, [r2]
          ldr r3, =0x80804000
          ldr r4, =0xE000E404
          str r3, [r4]
          movs r1, #0x40
          ldr r5, =0xE000E200
          str r1, [r5]
          nop
        stay: b stay
        note: ldr r0, =0x20000000
          ldr r3, [r0]
          lsls r3, r3, #4
          adds r3, r3, r2
          str r3, [r0]
          bx lr
          .thumb_func
        five: movs r2, #5
          b note
          .thumb_func
        six: push {r4, lr}
          movs r2, #6
          bl note
          ldr r5, =0xE000E200
          movs r1, #0xA0
          str r1, [r5]
          nop
          nop
          movs r2, #8
          bl note
          pop {r4, pc}
          .thumb_func
        seven: movs r2, #7
          b note
        """, vectors: [21: "five", 22: "six", 23: "seven"])
    let machine = try program.run()
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 0x6587)
  }

  @Test func handlers_leaveRegistersAndFlagsAlone() throws {
    let program = try Program(
      Self.clear + """
          ldr r2, =0xE000ED88
          ldr r1, =0xF00000
          str r1, [r2]
          movs r1, #17
          vmov s0, r1
          movs r4, #1
          ldr r2, =0xE000ED04
          mov r3, #0x10000000
          cmp r4, #1
          str r3, [r2]
          isb
          beq equal
          b stay
        equal: vmov r1, s0
          str r1, [r0]
          str r3, [r0, #4]
          mov r5, sp
          str r5, [r0, #8]
        stay: b stay
          .thumb_func
        pend: mov r6, sp
          ldr r0, =0x20000000
          str r6, [r0, #12]
          movs r3, #0
          vmov s0, r3
          cmp r3, #1
          bx lr
        """, vectors: [14: "pend"])
    let machine = try program.run()
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 17)
    #expect(machine.word(0x2000_0004) == 0x1000_0000)
    #expect(machine.word(0x2000_0008) == 0x2000_1000)
    // 26 words: the extended frame (DDI 0403E, B1.5.7).
    #expect(machine.word(0x2000_000C) == 0x2000_1000 - 104)
  }

  @Test func interruptMaskedByPRIMASK_endsWFIAndWaitsForCPSIE() throws {
    let program = try Program(
      Self.clear + """
          cpsid i
          ldr r2, =0xE000E010
          ldr r1, =1599
          str r1, [r2, #4]
          str r1, [r2, #8]
          movs r1, #7
          str r1, [r2]
          wfi
          ldr r1, [r0]
          str r1, [r0, #4]
          cpsie i
          isb
          ldr r1, [r0]
          str r1, [r0, #8]
        stay: b stay
          .thumb_func
        tick: ldr r0, =0x20000000
          movs r1, #1
          str r1, [r0]
          bx lr
        """, vectors: [15: "tick"])
    let machine = try program.run()
    #expect(machine.word(0x2000_0004) == 0)
    #expect(machine.word(0x2000_0008) == 1)
  }

  /// The address stacked is that of the instruction that faulted; BFAR has what it wanted.
  @Test func busFault_saysWhereAndWhat() throws {
    let program = try Program(
      Self.clear + """
          ldr r2, =0xE000ED24
          mov r1, #0x70000
          str r1, [r2]
          ldr r3, =0x60000000
          movs r4, #1
        bad: ldr r5, [r3]
          movs r4, #2
        stay: b stay
          .thumb_func
        fault: ldr r0, =0x20000000
          ldr r1, [sp, #24]
          ldr r2, =bad
          bic r2, #1
          subs r1, r1, r2
          str r1, [r0]
          ldr r2, =0xE000ED28
          ldr r1, [r2]
          str r1, [r0, #4]
          ldr r1, [r2, #16]
          str r1, [r0, #8]
          str r4, [r0, #12]
          b stay
        """, vectors: [5: "fault"])
    let machine = try program.run()
    #expect(machine.finding == nil)
    #expect(machine.word(0x2000_0000) == 0)
    #expect(machine.word(0x2000_0004) == 1 << 9 | 1 << 15)
    #expect(machine.word(0x2000_0008) == 0x6000_0000)
    #expect(machine.word(0x2000_000C) == 1)
  }

  @Test func undefinedInstruction_isAUsageFaultOrElseAHardFault() throws {
    let source = Self.clear + """
        udf #0
      stay: b stay
        .thumb_func
      hard: ldr r0, =0x20000000
        movs r1, #3
        str r1, [r0]
        b stay
      """
    let machine = try Program(source, vectors: [3: "hard"]).run()
    #expect(machine.word(0x2000_0000) == 3)
  }

  @Test func faultInTheHardFaultHandler_locksUp() throws {
    let program = try Program(
      "main: udf #0\n.thumb_func\nhard: udf #1", vectors: [3: "hard"])
    #expect(try program.run().finding?.kind == .lockup)
  }

  @Test func softwareReset_keepsRAM() throws {
    let program = try Program(
      """
      main: ldr r0, =0x20000000
        ldr r1, [r0]
        ldr r2, =0x12345678
        cmp r1, r2
        beq again
        str r2, [r0]
        ldr r3, =0xE000ED0C
        ldr r4, =0x05FA0004
        str r4, [r3]
      stay: b stay
      again: movs r1, #1
        str r1, [r0, #4]
        b stay
      """)
    let machine = try program.run()
    #expect(machine.word(0x2000_0004) == 1)
    #expect(machine.resets == 2)
  }

  @Test func unmodelledRegister_stopsWithItsAddress() throws {
    let machine = try Program("main: ldr r0, =0x40012344\n ldr r1, [r0]\nstay: b stay").run()
    #expect(machine.finding?.kind == .notModelled)
    #expect(machine.finding?.description.contains("0x40012344") == true)
  }

  @Test(arguments: boards) func cycleCounter_countsAtTheStatedFactor(board: String) throws {
    let program = try Program(
      Self.clear + """
          ldr r2, =0xE000EDFC
          ldr r1, =0x1000000
          str r1, [r2]
          ldr r2, =0xE0001000
          ldr r3, =0xE0001FB0
          ldr r1, =0xC5ACCE55
          \(board == "stm32f746g-disco" ? "str r1, [r3]" : "nop")
          movs r1, #0
          str r1, [r2, #4]
          movs r1, #1
          str r1, [r2]
          ldr r5, [r2, #4]
          mov r4, #1000
        loop: subs r4, #1
          bne loop
          ldr r6, [r2, #4]
          subs r6, r6, r5
          str r6, [r0]
        stay: b stay
        """)
    let machine = try program.run(on: .named(board)!)
    #expect((2000...2010).contains(machine.word(0x2000_0000)))
  }
}
