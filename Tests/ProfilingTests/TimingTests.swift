import Profiling
import Testing

@Suite struct TimingTests {
  struct Row: Sendable {
    var lines: [String]
    var low: Int
    var high: Int

    init(_ lines: String..., cycles: ClosedRange<Int>) {
      self.lines = lines
      low = cycles.lowerBound
      high = cycles.upperBound
    }
  }

  private static func check(_ row: Row, _ timing: any CoreTiming) throws {
    let found = try Listing(row.lines.map { ($0, 1, 0) }).cycles(timing)
    #expect(found == CycleRange(row.low, row.high), "\(row.lines)")
  }

  /// The examples of DDI 0439, section 3.3.3, first.
  static let m4: [Row] = [
    Row("ldr r0, [r1]", "ldr r1, [r2]", cycles: 3...3),
    Row("ldr r0, [r1, r2]", "str r0, [r3, #20]", cycles: 3...3),
    Row("ldr r0, [r1, r2]", "str r1, [r3, r2]", cycles: 3...3),
    Row("ldr r0, [r1, r5]", "ldr r1, [r2]", "ldr r2, [r3, #4]", cycles: 4...4),
    Row("ldmia r0!, {r1, r2, r3}", cycles: 4...4),
    Row("ldr r0, [r1]", "ldr r2, [r0]", cycles: 4...4),
    Row("ldr r0, [r0]", "ldr r2, [r0]", cycles: 4...4),
    Row("ldr.w r0, [r1], #4", "ldr.w r2, [r1], #4", cycles: 3...4),
    Row("ldr.w r0, [r1], #4", "ldr.w r2, [r3], #4", cycles: 3...3),
    Row("ldr r0, [r1]", "ldrd r2, r3, [r4]", cycles: 5...5),
    Row("ldrd r2, r3, [r4]", "ldr r0, [r1]", cycles: 5...5),
    Row("ldr r0, [r1]", "adds r2, #1", "ldr r3, [r4]", cycles: 5...5),
    Row("str r0, [r1, r2]", "ldr r3, [r4]", cycles: 4...4),
    Row("adds r1, #4", "ldr r0, [r1]", cycles: 3...4),
    Row("ldr r0, [pc, #8]", cycles: 2...3),
    Row("smlad r0, r1, r2, r0", "smlal r4, r5, r1, r2", "sxtb16 r1, r1", cycles: 3...3),
    Row("udiv r0, r1, r2", cycles: 2...12),
    Row("cmp r0, r1", "it eq", "moveq r0, r2", cycles: 2...3),
    Row("bl 9000 <kernel+0x1000>", cycles: 2...4),
    Row("push {r4, r5, lr}", "pop {r4, r5, pc}", cycles: 9...11),
    Row("vmla.f32 s0, s1, s2", "vdiv.f32 s0, s1, s2", cycles: 17...17),
  ]

  @Test(arguments: m4) func cortexM4_takesTheDocumentedCycles(row: Row) throws { try Self.check(row, CortexM4Timing()) }

  static let m7: [Row] = [
    Row("adds r0, #1", "adds r1, #1", cycles: 1...2),
    Row("adds r0, #1", "adds r0, #1", cycles: 2...2),
    Row("ldr r0, [r1]", "ldr r2, [r3]", cycles: 1...2),
    Row("ldr r0, [r1]", "str r2, [r3]", cycles: 2...2),
    Row("smlad r0, r1, r2, r0", "smlad r3, r1, r2, r3", cycles: 2...2),
    Row("ldr r4, [r5]", "smlad r3, r1, r2, r3", cycles: 1...2),
    Row("ldr r1, [r5]", "smlad r3, r1, r2, r3", cycles: 2...3),
    Row("ldmia r0!, {r1, r2, r3}", cycles: 2...3),
    Row("ldrd r2, r3, [r4]", "adds r0, #1", cycles: 1...3),
    Row("udiv r0, r1, r2", cycles: 2...12),
    Row("bx lr", cycles: 1...7),
  ]

  @Test(arguments: m7) func cortexM7_staysWithinItsBounds(row: Row) throws { try Self.check(row, CortexM7Timing()) }

  /// Four words, ten times round: entered once, its branch taken nine times.
  private static let loop = Listing([
    ("movs r3, #10", 1, 0), ("ldr r0, [r1]", 10, 0), ("subs r3, #1", 10, 0), ("bne.n 8002 <kernel+0x2>", 10, 9),
    ("bx lr", 1, 1),
  ])

  @Test func loop_costsARefillForEachBranchTaken() throws {
    // 1 + 10 × (2 + 1 + 1) + 9 × P + (1 + P), P from 1 to 3.
    #expect(try Self.loop.cycles(CortexM4Timing()) == CycleRange(42 + 10, 42 + 30))
  }

  @Test func loop_onACortexM7_mispredictsItsEndOnce() throws {
    // Low: 1 + 10 × 2 (LDR and SUBS, BNE) + 1. High: 1 + 10 × 3 + 6 + 7.
    #expect(try Self.loop.cycles(CortexM7Timing()) == CycleRange(22, 44))
  }

  @Test func waitStates_countEveryEntryOfALine() throws {
    // 16 bytes a line, 10 bytes of code: entered at its start and by nine branches.
    let (dry, wet) = (try Self.loop.cycles(CortexM4Timing()), try Self.loop.cycles(CortexM4Timing(), waitStates: 5))
    #expect(wet == CycleRange(dry.low, dry.high + 5 * 10))
  }

  @Test func straightCode_crossesALineEverySixteenBytes() throws {
    let code = Listing(Array(repeating: ("mov.w r0, r1", 1, 0), count: 12))
    #expect(try code.cycles(CortexM4Timing(), waitStates: 5) == CycleRange(12, 12 + 5 * 3))
  }

  @Test func unknownCore_isNamed() {
    #expect(throws: ProfileError.unknownCore("cortex-m0")) { try Core.timing(of: "cortex-m0") }
  }
}
