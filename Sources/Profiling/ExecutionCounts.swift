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

    package init(executed: Int = 0, jumped: Int = 0, unaligned: Int = 0) {
      self.executed = executed
      self.jumped = jumped
      self.unaligned = unaligned
    }

    package static func += (left: inout Count, right: Count) {
      left.executed += right.executed
      left.jumped += right.jumped
      left.unaligned += right.unaligned
    }
  }

  package let records: [Record]

  package init(text: String) throws(ProfileError) {
    let rows = text.split(separator: "\n")
    guard rows.first == "site pc executed jumped accesses unaligned" else {
      throw .unreadableCounts(line: String(rows.first ?? ""))
    }
    var records: [Record] = []
    for row in rows.dropFirst() {
      let words = row.split(separator: " ")
      guard words.count == 6, let site = Int(words[0], radix: 16), let address = Int(words[1], radix: 16),
        let executed = Int(words[2]), let jumped = Int(words[3]), let unaligned = Int(words[5])
      else { throw .unreadableCounts(line: String(row)) }
      records.append(
        Record(site: site, address: address, count: Count(executed: executed, jumped: jumped, unaligned: unaligned)))
    }
    self.records = records
  }
}
