/// How many cycles a core spends on code, from what ran how often and in which order.
package protocol CoreTiming: Sendable {
  /// Bytes flash delivers at once.
  var lineBytes: Int { get }

  /// Of all executions of a block, memory without wait states.
  func cycles(_ block: Block) -> CycleRange

  /// What the figures are worth, for a person.
  var confidence: String { get }
}

package enum Core {
  /// - Parameter name: as in board.json.
  package static func timing(of name: String) throws(ProfileError) -> any CoreTiming {
    switch name {
    case "cortex-m4": CortexM4Timing()
    case "cortex-m7": CortexM7Timing()
    default: throw .unknownCore(name)
    }
  }
}

extension CoreTiming {
  /// Of all executions of a block, with flash that makes the core wait.
  ///
  /// The low end is code and constants that are always cached or prefetched in time. The high end is no cache and no
  /// prefetch: every line of code that is entered and every load from flash costs the wait states, again and again.
  package func cycles(_ block: Block, waitStates: Int) -> CycleRange {
    let flashLoads = block.arrivals.reduce(0) { $0 + $1.count.flashLoads }
    return cycles(block) + CycleRange(0, waitStates * (lineEntries(block) + flashLoads))
  }

  /// How often a block's code went on in another line of flash than the one before it.
  private func lineEntries(_ block: Block) -> Int {
    block.arrivals.reduce(0) { sum, arrival in
      let jumpedHere = arrival.count.executed - arrival.fromPrevious
      let crosses = arrival.instruction.address / lineBytes != (arrival.instruction.end - 1) / lineBytes
      let starts = arrival.instruction.address % lineBytes == 0
      return sum + jumpedHere + (starts ? arrival.fromPrevious : 0) + (crosses ? arrival.count.executed : 0)
    }
  }
}
