/// Cortex-M4 without wait states: ARM DDI 0439, table 3-1 (instructions), table 3-2 (DSP), section 3.3.3
/// (loads and stores), table 7-1 (floating point). `Documentation/cycles.md` lists the rules.
///
/// The two ends differ where the manual gives a range or says "can" and "might": refills of the pipeline (1 to 3),
/// divisions (2 to 12), IT (folded or not), stalls for an address just computed.
package struct CortexM4Timing: CoreTiming {
  package let lineBytes = 16

  package init() {}

  package var confidence: String {
    """
    Cortex-M4: documented timings (ARM DDI 0439) over exact execution counts; the range is pipeline refills, divisions and
    address stalls. Not known: how often flash makes the core wait (--wait-states bounds it), bus contention.
    """
  }

  package func cycles(_ block: Block) -> CycleRange {
    block.arrivals.reduce(CycleRange(0)) { $0 + cycles($1) }
  }

  private func cycles(_ arrival: Arrival) -> CycleRange {
    let count = arrival.count
    let behind = cycles(arrival.instruction, after: arrival.previous) * arrival.fromPrevious
    let jumpedTo = cycles(arrival.instruction, after: nil) * (count.executed - arrival.fromPrevious)
    let refills = isConditional(arrival.instruction) ? count.jumped : 0
    return behind + jumpedTo + Self.refill * refills + unaligned(arrival)
  }

  /// P of the manual.
  private static let refill = CycleRange(1, 3)

  private func isConditional(_ instruction: Instruction) -> Bool {
    if case .branch(.conditional) = instruction.kind { return true }
    return false
  }

  /// Of one execution; a conditional branch as if not taken.
  package func cycles(_ instruction: Instruction, after previous: Instruction?) -> CycleRange {
    switch instruction.kind {
    case .arithmetic, .multiply, .branch(.conditional): CycleRange(1)
    case .divide: CycleRange(2, 12)
    case .ifThen: CycleRange(previous?.bytes == 2 ? 0 : 1, 1)
    case .load(let address):
      pipelined(instruction, after: previous) + stall(instruction, after: previous)
        + CycleRange(0, address == .literal ? 1 : 0)
    case .store(.register): pipelined(instruction, after: previous) + stall(instruction, after: previous)
    case .store: CycleRange(1) + stall(instruction, after: previous)
    case .loadMultiple(let count, let loadsPC):
      CycleRange(1 + count) + stall(instruction, after: previous) + (loadsPC ? Self.refill : CycleRange(0))
    case .storeMultiple(let count): CycleRange(1 + count) + stall(instruction, after: previous)
    case .loadPC: CycleRange(5)
    case .branch(.direct), .branch(.indirect): CycleRange(1) + Self.refill
    case .tableBranch: CycleRange(6)
    case .float(let cycles): CycleRange(cycles)
    case .system: CycleRange(1, 2)
    case .barrier: CycleRange(1, 4)
    }
  }

  /// A load or store right behind a load that it does not take its address from costs a cycle less. The manual does
  /// not say whether that holds where the load has written its base back.
  private func pipelined(_ instruction: Instruction, after previous: Instruction?) -> CycleRange {
    guard let previous, case .load = previous.kind, previous.results.isDisjoint(with: instruction.addressRegisters)
    else { return CycleRange(2) }
    return CycleRange(1, previous.writes.isDisjoint(with: instruction.addressRegisters) ? 1 : 2)
  }

  /// An address that the instruction before has computed may cost a cycle more.
  private func stall(_ instruction: Instruction, after previous: Instruction?) -> CycleRange {
    guard let previous else { return CycleRange(0) }
    switch previous.kind {
    case .arithmetic, .multiply, .divide:
      return CycleRange(0, previous.writes.isDisjoint(with: instruction.addressRegisters) ? 0 : 1)
    case .ifThen, .load, .store, .loadMultiple, .storeMultiple, .loadPC, .branch, .tableBranch, .float, .system,
      .barrier:
      return CycleRange(0)
    }
  }

  /// One or two cycles more for a load; a store's go through the write buffer where it is empty.
  private func unaligned(_ arrival: Arrival) -> CycleRange {
    let isHalfword = arrival.instruction.mnemonic.contains("h")
    let most = (isHalfword ? 1 : 2) * arrival.count.unaligned
    return arrival.instruction.loads > 0 ? CycleRange(arrival.count.unaligned, most) : CycleRange(0, most)
  }
}
