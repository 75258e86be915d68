/// Virtual time in picoseconds since the machine was switched on: 64 bits last 213 days.
package typealias VirtualTime = UInt64

extension VirtualTime {
  package static func nanoseconds(_ count: UInt64) -> VirtualTime { count * 1000 }
  package static func microseconds(_ count: UInt64) -> VirtualTime { count * 1_000_000 }
  package static func milliseconds(_ count: UInt64) -> VirtualTime { count * 1_000_000_000 }
}

/// Executed instructions as time and as cycles of a core whose clock may change.
///
/// cycles = executed instructions x `cyclesPerInstruction` + what the core waited or slept.
package struct VirtualClock {
  package private(set) var hertz: UInt64
  /// 16.16 fixed point.
  private let cyclesPerInstruction: UInt64
  private var timeBase: (time: VirtualTime, executed: UInt64) = (0, 0)
  private var cycleBase: (time: VirtualTime, cycles: UInt64) = (0, 0)

  package init(hertz: UInt64, cyclesPerInstruction: Double) {
    self.hertz = hertz
    self.cyclesPerInstruction = UInt64((cyclesPerInstruction * 65536).rounded())
  }

  package func time(executed: UInt64) -> VirtualTime {
    timeBase.time + scaled((executed - timeBase.executed) * cyclesPerInstruction, by: 1_000_000_000_000 >> 12, over: hertz << 4)
  }

  /// The first count of executed instructions at which `time` has come.
  package func executed(at time: VirtualTime) -> UInt64 {
    guard time > timeBase.time else { return timeBase.executed }
    return timeBase.executed + scaled(time - timeBase.time, by: hertz << 4, over: (1_000_000_000_000 >> 12) * cyclesPerInstruction) + 1
  }

  package func cycles(at time: VirtualTime) -> UInt64 {
    cycleBase.cycles + scaled(time - cycleBase.time, by: hertz, over: 1_000_000_000_000)
  }

  /// The first moment at which `cycles` have passed.
  package func time(ofCycle cycles: UInt64) -> VirtualTime {
    guard cycles > cycleBase.cycles else { return cycleBase.time }
    return cycleBase.time + scaled(cycles - cycleBase.cycles, by: 1_000_000_000_000, over: hertz) + 1
  }

  /// The core sleeps or stalls until `time`.
  package mutating func advance(to time: VirtualTime, executed: UInt64) {
    timeBase = (max(time, self.time(executed: executed)), executed)
  }

  package mutating func setHertz(_ hertz: UInt64, executed: UInt64) {
    let now = time(executed: executed)
    cycleBase = (now, cycles(at: now))
    timeBase = (now, executed)
    self.hertz = hertz
  }

  private func scaled(_ value: UInt64, by factor: UInt64, over divisor: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: factor)
    return divisor.dividingFullWidth(product).quotient
  }
}
