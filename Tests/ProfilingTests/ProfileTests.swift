import Profiling
import Testing

/// From a listing, a source and counts to the cost of each operation.
@Suite struct ProfileTests {
  static let source = """
    static const int32_t table[2] = {1, 2};

    static void forward(bool training) {
        (void)training;
        /* 0. conv1:
         * input (1,8,8,1) -> conv1 (1,8,8,4) */
        conv2d_s8(&shape, input,
            output);
        /* 12. conv1/dX */
        conv2d_backward(x);
    }

    """

  static let listing = """
    00000100 <forward>:
    forward():
    /tmp/a/training_step.c:3
     100:\tb510      \tpush\t{r4, lr}
    /tmp/a/training_step.c:7
     102:\tf000 f805 \tbl\t200 <conv2d_s8>
    /tmp/a/training_step.c:10 (discriminator 2)
     106:\tf000 f805 \tbl\t300 <conv2d_backward>
    /tmp/a/training_step.c:11
     10a:\tbd10      \tpop\t{r4, pc}

    00000140 <train>:
    train():
    /tmp/a/training_step.c:3
     140:\tf7ff ffde \tbl\t100 <forward>
     144:\t4770      \tbx\tlr
     146:\t00000000 \t.word\t0x00000000

    00000200 <conv2d_s8>:
    conv2d_s8():
    /tmp/k/conv2d.c:9
     200:\te890 001e \tldmia.w\tr0, {r1, r2, r3, r4}
     204:\t4770      \tbx\tlr

    00000300 <conv2d_backward>:
    conv2d_backward():
    /tmp/k/conv2d_backward.c:9
     300:\t4770      \tbx\tlr

    """

  static let counts = """
    site pc executed jumped accesses unaligned flash
    00000140 00000140 1 1 0 0 0
    00000100 00000100 1 0 2 0 0
    00000102 00000102 1 1 0 0 0
    00000102 00000200 1 0 4 1 4
    00000102 00000204 1 1 0 0 0
    00000106 00000106 1 1 0 0 0
    00000106 00000300 1 1 0 0 0
    0000010a 0000010a 1 1 2 0 0

    """

  private func profile(waitStates: Int = 0) throws -> Profile {
    try Profile(
      ExecutionCounts(text: Self.counts), code: Disassembly(objdump: Self.listing),
      source: StepSource(text: Self.source),
      timing: CortexM4Timing(), waitStates: waitStates)
  }

  @Test func cost_goesToTheOperationThatCalls() throws {
    let profile = try profile()
    // BL 1 + P, LDM 1 + 4 (and one or two for its alignment), BX 1 + P.
    #expect(
      profile.operations == [
        0: .init(instructions: 3, loads: 4, stores: 0, unaligned: 1, flashLoads: 4, cycles: CycleRange(10, 15)),
        12: .init(instructions: 2, loads: 0, stores: 0, unaligned: 0, cycles: CycleRange(4, 8)),
      ])
    #expect(profile.kernels == [0: "conv2d_s8", 12: "conv2d_backward"])
    // PUSH 1 + 2, POP 1 + 2 + P, and the call of forward.
    #expect(
      profile.functions == [
        "forward": .init(instructions: 3, loads: 2, stores: 2, unaligned: 0, cycles: CycleRange(9, 13))
      ])
    #expect(profile.total.instructions == 8)
  }

  @Test func hottestCode_isTheLoadOfFour() throws {
    let hot = try HotBlock.hottest(
      1, of: ExecutionCounts(text: Self.counts), code: Disassembly(objdump: Self.listing), timing: CortexM4Timing())
    let block = try #require(hot.first)
    #expect(hot.count == 1)
    #expect(block.function == "conv2d_s8" && block.address == 0x200 && block.executed == 1)
    #expect(block.lines == ["200: ldmia.w r0, {r1, r2, r3, r4}", "204: bx lr"])
    #expect(block.loads == 4 && block.multiplications == 0 && block.instructions == 2)
    #expect(block.cycles == CycleRange(8, 11))
  }

  @Test func counts_ofAnotherPlugin_areRefused() {
    #expect(throws: ProfileError.unreadableCounts(line: "hello")) { try ExecutionCounts(text: "hello\n") }
    #expect(throws: ProfileError.unreadableCounts(line: "1 2 3")) {
      try ExecutionCounts(text: "site pc executed jumped accesses unaligned flash\n1 2 3\n")
    }
  }

  @Test func instruction_outsideOfTheListing_isRefused() throws {
    let counts = try ExecutionCounts(text: "site pc executed jumped accesses unaligned flash\n100 900 1 0 0 0 0\n")
    #expect(throws: ProfileError.unknownInstruction(address: 0x900)) {
      try Profile(
        counts, code: Disassembly(objdump: Self.listing), source: StepSource(text: Self.source),
        timing: CortexM4Timing(),
        waitStates: 0)
    }
  }
}
