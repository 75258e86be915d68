/// What `Firmware/profiler/instruction_counts.c` counted; each column is described there.
package struct ExecutionCounts: Hashable, Sendable {
  /// One instruction on behalf of one call of the generated step.
  package struct Record: Hashable, Sendable {
    /// Address of the call, or the instruction's own within the step; 0 before the first of either.
    package var site: Int
    package var address: Int
    package var count: Count
  }

  package struct Count: Hashable, Sendable {
    package var executed = 0
    /// How often another instruction than the one behind it came next.
    package var jumped = 0
    /// Loads and stores of this instruction that were not aligned to their size.
    package var unaligned = 0
    /// Loads of this instruction from flash, each register of an LDM one.
    package var flashLoads = 0

    package init(executed: Int = 0, jumped: Int = 0, unaligned: Int = 0, flashLoads: Int = 0) {
      self.executed = executed
      self.jumped = jumped
      self.unaligned = unaligned
      self.flashLoads = flashLoads
    }

    package static func += (left: inout Count, right: Count) {
      left.executed += right.executed
      left.jumped += right.jumped
      left.unaligned += right.unaligned
      left.flashLoads += right.flashLoads
    }
  }

  package let records: [Record]

  package init(text: String) throws(ProfileError) {
    let rows = text.split(separator: "\n")
    guard rows.first == "site pc executed jumped accesses unaligned flash" else {
      throw .unreadableCounts(line: String(rows.first ?? ""))
    }
    var records: [Record] = []
    for row in rows.dropFirst() {
      let words = row.split(separator: " ")
      let numbers = words.dropFirst(2).compactMap { Int($0) }
      guard words.count == 7, numbers.count == 5, let site = Int(words[0], radix: 16),
        let address = Int(words[1], radix: 16)
      else { throw .unreadableCounts(line: String(row)) }
      let count = Count(executed: numbers[0], jumped: numbers[1], unaligned: numbers[3], flashLoads: numbers[4])
      records.append(Record(site: site, address: address, count: count))
    }
    self.records = records
  }
}
