/// Why no profile could be made, as one sentence.
package enum ProfileError: Error, Hashable, Sendable {
  case unreadableCounts(line: String)
  case unknownInstruction(address: Int)
  case unknownCore(String)
}

extension ProfileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadableCounts(let line):
      "instruction counts: found '\(line)', expected what Firmware/profiler/instruction_counts.c writes"
    case .unknownInstruction(let address):
      "firmware: an instruction ran at 0x\(String(address, radix: 16)) that its disassembly does not have"
    case .unknownCore(let core): "core '\(core)': found no timing of it, expected cortex-m4 or cortex-m7"
    }
  }
}
