import Foundation
import Testing

/// The kernels' plain C, which `KernelParityTests` compare with the interpreter, against their assembly on both cores: on
/// all small shapes and on larger ones that are drawn.
@Suite struct DeviceKernelParityTests {
  /// `PARITY_CASES=5000 PARITY_SEED=7` runs more, and others.
  private let cases = number("PARITY_CASES") ?? 150
  private let seed = number("PARITY_SEED") ?? 1

  private static func number(_ name: String) -> UInt32? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt32($0) }
  }

  @Test func kernels_makeTheSameBits_onBothCoresAndUnderSanitizers() throws {
    let program = try ParityProgram(seed: seed, cases: cases)
    let reference = try program.linesOnHost(memory: "pool", flags: ["-O2"])
    #expect(reference.count > 20)
    for name in ["mps2-an386", "mps2-an500"] {
      let board = try TestBench.catalog().board(named: name)
      try expect(program.lines(on: board), reference, on: board.core)
    }
    // The heap has no guards of ours: the sanitizer sees what is read and written beside a buffer. It is filled with
    // another byte, so that an output that is not written makes another digest.
    let sanitized = try program.linesOnHost(
      memory: "heap", flags: ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
    expect(sanitized, reference, on: "host with sanitizers")
  }

  /// A line is `kernel cases digest`.
  private func expect(_ lines: [Substring], _ reference: [Substring], on name: String) {
    #expect(lines.count == reference.count)
    for (line, expected) in zip(lines, reference) {
      #expect(line == expected, "\(name), PARITY_SEED=\(seed) PARITY_CASES=\(cases)")
    }
    print("\(name): \(lines.count) kernels, PARITY_SEED=\(seed) PARITY_CASES=\(cases)")
  }
}
