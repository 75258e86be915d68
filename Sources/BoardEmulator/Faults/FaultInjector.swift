/// Does faults to a machine and its line, and counts them.
package final class FaultInjector {
  package struct Counts: Hashable, Sendable, Codable {
    package var resets = 0
    package var busFaults = 0
    package var framing = 0
    package var noise = 0
    package var overruns = 0
    package var withheldInterrupts = 0
    package var unplugs = 0
  }

  private struct LineFaults {
    let fault: FaultOrder.LineFault
    let every: Int
    var left: Int
    var next: Int
  }

  private struct Resets {
    let every: ClosedRange<UInt64>
    var left: Int
    var random: SplitMix
  }

  private unowned let machine: Machine
  /// Switches the host's end off for so long.
  package var unplug: (_ milliseconds: UInt64) -> Void = { _ in }
  package private(set) var counts = Counts()
  private var lineFaults: [LineFaults] = []
  private var resets: Resets?
  private var bytes = 0

  package init(_ machine: Machine) {
    self.machine = machine
    machine.serialLine?.damage = { [unowned self] character, following in pass(&character, following) }
  }

  package func order(_ order: FaultOrder) {
    switch order {
    case .resetAt(let count): machine.whenExecuted(count) { [unowned self] in pressReset() }
    case .busFaultAt(let count):
      machine.whenExecuted(count) { [unowned self] in
        counts.busFaults += 1
        machine.abortDataAccess()
      }
    case .resets(let every, let count, let seed):
      resets = Resets(every: every, left: count, random: SplitMix(seed: seed))
      scheduleReset()
    case .line(let fault, let every, let count):
      lineFaults.append(LineFaults(fault: fault, every: every, left: count, next: bytes + every))
    case .externalClockStuck: machine.faultInjection.isExternalClockStuck = true
    case .slowErase(let factor): machine.faultInjection.eraseSlowdown = factor
    case .powerCut(let operation): machine.faultInjection.powerCutFlashOperation = operation
    case .unplug(let milliseconds):
      counts.unplugs += 1
      unplug(milliseconds)
    }
  }

  private func pressReset() {
    counts.resets += 1
    machine.requestReset(.pin)
  }

  private func scheduleReset() {
    guard var next = resets, next.left > 0 else { return }
    next.left -= 1
    let distance = next.every.lowerBound + next.random.next() % (next.every.upperBound - next.every.lowerBound + 1)
    resets = next
    machine.whenExecuted(machine.executed + distance) { [unowned self] in
      pressReset()
      scheduleReset()
    }
  }

  /// A byte is about to reach the board; `following` more have been written already.
  private func pass(_ character: inout LineCharacter, _ following: Int) {
    bytes += 1
    for index in lineFaults.indices where bytes >= lineFaults[index].next {
      guard apply(lineFaults[index].fault, to: &character, following) else { continue }
      lineFaults[index].left -= 1
      lineFaults[index].next = bytes + lineFaults[index].every
    }
    lineFaults.removeAll { $0.left == 0 }
  }

  /// False: not at this byte.
  private func apply(_ fault: FaultOrder.LineFault, to character: inout LineCharacter, _ following: Int) -> Bool {
    switch fault {
    case .framing:
      character.byte ^= 0x5A
      character.hasFramingError = true
      counts.framing += 1
    case .noise:
      character.isNoisy = true
      counts.noise += 1
    case .overrun:
      // The next byte is what overruns.
      guard following > 0 else { return false }
      machine.serialLine?.withholdService()
      counts.overruns += 1
    case .withheldInterrupts(let microseconds):
      machine.withholdInterrupts(for: .microseconds(microseconds))
      counts.withheldInterrupts += 1
    }
    return true
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
