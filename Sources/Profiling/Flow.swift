// How control went through the code, rebuilt from counts of single instructions.
//
// Invariant: an instruction was entered from the one before it as often as that one ran and did not jump; every
// other time it was the target of a branch. An interrupt looks like two jumps; in a step there are a handful.

/// An instruction and how it was come by.
package struct Arrival: Hashable, Sendable {
  package var instruction: Instruction
  package var count: ExecutionCounts.Count
  /// The instruction before it in memory, where control came from there.
  package var previous: Instruction?
  /// How often it did.
  package var fromPrevious: Int
}

/// Instructions that ran one after the other, each as often as the others: no branch left or entered between them.
package struct Block: Hashable, Sendable {
  package var arrivals: [Arrival]

  package var executed: Int { arrivals[0].count.executed }
}

package enum Flow {
  /// - Parameter counts: by address.
  package static func blocks(
    _ counts: [Int: ExecutionCounts.Count], in instructions: [Int: Instruction]
  ) throws(ProfileError) -> [Block] {
    var blocks: [Block] = []
    var previous: Arrival?
    for (address, count) in counts.sorted(by: { $0.key < $1.key }) {
      guard let instruction = instructions[address] else { throw .unknownInstruction(address: address) }
      var arrival = Arrival(instruction: instruction, count: count, previous: nil, fromPrevious: 0)
      if let previous, previous.instruction.end == address {
        arrival.fromPrevious = min(count.executed, previous.count.executed - previous.count.jumped)
        if arrival.fromPrevious > 0 { arrival.previous = previous.instruction }
      }
      if let previous, arrival.fromPrevious == count.executed, count.executed == previous.count.executed {
        blocks[blocks.count - 1].arrivals.append(arrival)
      } else {
        blocks.append(Block(arrivals: [arrival]))
      }
      previous = arrival
    }
    return blocks
  }
}
