import BoardEmulator
import Testing

@Suite(.enabled(if: Program.isPossible, "arm-none-eabi-gcc is not installed")) struct AlignmentTests {
  @Test(arguments: [
    "ldrd r4, r5, [r1]", "strd r4, r5, [r1, #8]", "ldm r1, {r4, r5}", "stmdb r1!, {r4, r5}", "ldmia r1!, {r4, r5, r6}",
    "vldr s0, [r1]", "vstmia r1!, {s0, s1}",
  ]) func severalWordsUnaligned_stopTheMachine(instruction: String) throws {
    #expect(try run(instruction, address: "0x20000102")?.kind == .brokenRule)
    #expect(try run(instruction, address: "0x20000104") == nil)
  }

  @Test(arguments: ["ldr r4, [r1]", "str r4, [r1, #3]", "ldrh r4, [r1, r2]"]) func oneWordUnaligned_isAllowed(instruction: String) throws {
    #expect(try run(instruction, address: "0x20000102") == nil)
  }

  private func run(_ instruction: String, address: String) throws -> Finding? {
    let program = try Program(
      "main: ldr r0, =0xE000ED88\n ldr r1, =0xF00000\n str r1, [r0]\n ldr r1, =\(address)\n movs r2, #1\n \(instruction)\nstay: b stay")
    let machine = try Machine(board: .named("nucleo-f429zi")!, checksAlignment: true)
    try machine.load(program.image)
    machine.powerOn()
    _ = machine.run(until: .milliseconds(1))
    return machine.finding
  }
}
