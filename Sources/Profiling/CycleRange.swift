/// Cycles between two ends, both possible.
package struct CycleRange: Hashable, Sendable, Codable {
  package var low: Int
  package var high: Int

  package init(_ low: Int, _ high: Int) {
    precondition(low <= high, "cycles from \(low) to \(high)")
    self.low = low
    self.high = high
  }

  package init(_ exact: Int) { self.init(exact, exact) }

  package static func + (left: CycleRange, right: CycleRange) -> CycleRange {
    CycleRange(left.low + right.low, left.high + right.high)
  }

  package static func += (left: inout CycleRange, right: CycleRange) { left = left + right }

  package static func * (cycles: CycleRange, times: Int) -> CycleRange {
    CycleRange(cycles.low * times, cycles.high * times)
  }
}
