/// What can go wrong, each kind counted.
package enum Fault: Int, CaseIterable, Sendable {
  /// Of bytes on the line.
  case flippedByte, droppedByte, doubledByte, insertedByte
  /// The line loses everything for a while.
  case cut
  /// The line holds everything back for a while.
  case stall
  /// The line resets: whole frames on it arrive in another order.
  case reordering
  /// The port vanishes and comes back; the device keeps its power.
  case unplug
  /// The device loses its power or is reset, and with it its SRAM; the port stays or vanishes with it.
  case reset
  /// The host runs nothing for a while, as a laptop that sleeps.
  case sleep
  /// The host's process is killed; what it has written stays.
  case kill
  /// The host's machine loses its power, and with it what was not synced.
  case powerLoss
}

package struct FaultCounts: Sendable {
  private var counts = [Int](repeating: 0, count: Fault.allCases.count)

  package init() {}

  package subscript(_ fault: Fault) -> Int {
    get { counts[fault.rawValue] }
    set { counts[fault.rawValue] = newValue }
  }

  package var total: Int { counts.reduce(0, +) }

  package static func += (sum: inout Self, other: Self) {
    for fault in Fault.allCases { sum[fault] += other[fault] }
  }
}
