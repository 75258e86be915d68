import Profiling
import Testing

@Suite struct InstructionTests {
  struct Row: Sendable {
    var text: String
    var kind: Instruction.Kind
    var reads: String
    var writes: String

    init(_ text: String, _ kind: Instruction.Kind, reads: String = "", writes: String = "") {
      self.text = text
      self.kind = kind
      self.reads = reads
      self.writes = writes
    }
  }

  static let rows: [Row] = [
    Row("adds r3, #1", .arithmetic, reads: "r3", writes: "r3"),
    Row("add.w r9, r3, #4294967295\t@ 0xffffffff", .arithmetic, reads: "r3", writes: "r9"),
    Row("mov lr, r8", .arithmetic, reads: "r8", writes: "lr"),
    Row("movt r0, #4660", .arithmetic, reads: "r0", writes: "r0"),
    Row("orrs r3, r2", .arithmetic, reads: "r2 r3", writes: "r3"),
    Row("cmp r0, r1", .arithmetic, reads: "r0 r1"),
    Row("bics r3, r1", .arithmetic, reads: "r1 r3", writes: "r3"),
    Row("teq r0, r4", .arithmetic, reads: "r0 r4"),
    Row("movls r0, r4", .arithmetic, reads: "r4", writes: "r0"),
    Row("sxtb16 r4, r5, ror #8", .arithmetic, reads: "r5", writes: "r4"),
    Row("smlad r0, r1, r2, r3", .multiply, reads: "r1 r2 r3", writes: "r0"),
    Row("smlal r0, r1, r2, r3", .multiply, reads: "r0 r1 r2 r3", writes: "r0 r1"),
    Row("smull r0, r1, r2, r3", .multiply, reads: "r2 r3", writes: "r0 r1"),
    Row("mls r0, r1, r2, r3", .multiply, reads: "r1 r2 r3", writes: "r0"),
    Row("smmulr r0, r1, r2", .multiply, reads: "r1 r2", writes: "r0"),
    Row("udiv r0, r1, r2", .divide, reads: "r1 r2", writes: "r0"),
    Row("ittee lt", .ifThen),
    Row("ldr r3, [sp, #48]\t@ 0x30", .load(.immediate), reads: "sp", writes: "r3"),
    Row("ldrsb.w ip, [r6, #1]!", .load(.immediate), reads: "r6", writes: "ip r6"),
    Row("ldr.w r0, [r1], #4", .load(.immediate), reads: "r1", writes: "r0 r1"),
    Row("ldr.w r0, [r1, r2, lsl #2]", .load(.register), reads: "r1 r2", writes: "r0"),
    Row("ldrne.w r0, [r1]", .load(.immediate), reads: "r1", writes: "r0"),
    Row("ldr r7, [pc, #248]\t@ (8007004 <f+0x150>)", .load(.literal), reads: "pc", writes: "r7"),
    Row("ldr.w pc, [sp], #4", .loadPC, reads: "sp", writes: "pc sp"),
    Row("strb r1, [r2, r3]", .store(.register), reads: "r1 r2 r3"),
    Row("strh.w r1, [r2], #2", .store(.immediate), reads: "r1 r2", writes: "r2"),
    Row("ldrd r2, r3, [sp, #8]", .loadMultiple(count: 2, loadsPC: false), reads: "sp", writes: "r2 r3"),
    Row("strd r2, r3, [r0]", .storeMultiple(count: 2), reads: "r0 r2 r3"),
    Row("ldmia.w r8!, {r4, r5, r6}", .loadMultiple(count: 3, loadsPC: false), reads: "r8", writes: "r4 r5 r6 r8"),
    Row("ldmia.w sp!, {r4, pc}", .loadMultiple(count: 2, loadsPC: true), reads: "sp", writes: "r4 sp pc"),
    Row("pop {r4, pc}", .loadMultiple(count: 2, loadsPC: true), writes: "r4 pc"),
    Row("push {r3, r4, lr}", .storeMultiple(count: 3), reads: "r3 r4 lr"),
    Row("stmdb sp!, {r4, r5}", .storeMultiple(count: 2), reads: "sp r4 r5", writes: "sp"),
    Row("vldr s0, [r1]", .loadMultiple(count: 1, loadsPC: false), reads: "r1"),
    Row("vpush {d8-d9}", .storeMultiple(count: 4)),
    Row("vdiv.f32 s0, s1, s2", .float(cycles: 14)),
    Row("vmla.f32 s0, s1, s2", .float(cycles: 3)),
    Row("b.n 8010 <kernel+0x10>", .branch(.direct(target: 0x8010))),
    Row("bl 9000 <conv2d_s8>", .branch(.direct(target: 0x9000))),
    Row("blt.n 8010 <kernel+0x10>", .branch(.conditional(target: 0x8010))),
    Row("bls.w 8010 <kernel+0x10>", .branch(.conditional(target: 0x8010))),
    Row("cbz r3, 8010 <kernel+0x10>", .branch(.conditional(target: 0x8010)), reads: "r3"),
    Row("bx lr", .branch(.indirect), reads: "lr"),
    Row("blx r3", .branch(.indirect), reads: "r3"),
    Row("tbb [pc, r3]", .tableBranch, reads: "pc r3"),
    Row("mrs r3, PRIMASK", .system, reads: "r3"),
    Row("dsb sy", .barrier),
  ]

  @Test(arguments: rows) func line_isReadForWhatItDoes(row: Row) throws {
    let instruction = try #require(Listing.instruction(row.text))
    #expect(instruction.kind == row.kind, "\(row.text)")
    #expect(instruction.reads == Self.registers(row.reads), "\(row.text)")
    #expect(instruction.writes == Self.registers(row.writes), "\(row.text)")
  }

  @Test func dataAmongTheCode_isNoInstruction() {
    for line in [" 8000400:\t20000010 \t.word\t0x20000010", "", "08000200 <add_s8>:", "/a/b.c:12", "kernel():"] {
      #expect(Instruction(disassembled: line[...]) == nil)
    }
  }

  @Test func loads_countRegisters() throws {
    for (text, loads, stores) in [
      ("ldr r0, [r1]", 1, 0), ("ldmia r1!, {r0, r2, r3}", 3, 0), ("ldrd r0, r1, [r2]", 2, 0), ("push {r4, lr}", 0, 2),
      ("str r0, [r1]", 0, 1), ("tbb [pc, r0]", 1, 0), ("adds r0, #1", 0, 0),
    ] {
      let instruction = try #require(Listing.instruction(text))
      #expect(instruction.loads == loads && instruction.stores == stores, "\(text)")
    }
  }

  static func registers(_ names: String) -> RegisterSet {
    names.split(separator: " ").reduce([]) { $0.union(RegisterSet(named: $1)) }
  }
}
