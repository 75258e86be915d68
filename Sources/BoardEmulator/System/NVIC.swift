/// Interrupts and exceptions: what is pending, what is active, which goes first (DDI 0403E, B1.5 and B3.4).
///
/// Invariants
///   - `active` is ordered: the innermost exception last, of strictly higher priority than those before it.
///   - A line that is high stays pending until its handler is entered, and is pending again if it is high at return.
final class NVIC: Peripheral {
  /// Exception numbers (B1.5.2); interrupt n is exception 16 + n.
  enum Exception {
    static let reset = 1, nmi = 2, hardFault = 3, memManage = 4, busFault = 5, usageFault = 6
    static let svCall = 11, debugMonitor = 12, pendSV = 14, sysTick = 15, firstInterrupt = 16
  }

  let name = "NVIC"
  let base: UInt32 = 0xE000_E100
  let registers: [Register]
  private unowned let machine: Machine
  private let interruptCount: Int
  /// By exception number.
  private var pending: [Bool]
  private var isHigh: [Bool]
  private var enabled: [Bool]
  private(set) var priorities: [Int]
  private(set) var active: [Int] = []
  /// A fault: the core is told of nothing.
  var isWithheld = false { didSet { refresh() } }
  /// AIRCR.PRIGROUP.
  var priorityGroup = 0 { didSet { refresh() } }

  init(_ machine: Machine) {
    self.machine = machine
    let count = machine.board.chip.interruptCount
    interruptCount = count
    pending = Array(repeating: false, count: 16 + count)
    isHigh = pending
    enabled = pending
    priorities = Array(repeating: 0, count: 16 + count)
    registers = Self.map(interrupts: count)
  }

  private static func map(interrupts: Int) -> [Register] {
    let words = (interrupts + 31) / 32
    let groups: [(String, UInt32)] = [("ISER", 0), ("ICER", 0x80), ("ISPR", 0x100), ("ICPR", 0x180), ("IABR", 0x200)]
    let sets = groups.flatMap { name, offset in
      (0..<words).map {
        Register("\(name)\($0)", at: offset + 4 * UInt32($0), writable: name == "IABR" ? 0 : .max, "DDI 0403E B3.4", hasReadEffect: true)
      }
    }
    // Four bits of priority, in the upper half of each byte (PM0253, PM0214).
    let priorities = (0..<(interrupts + 3) / 4).map {
      Register("IPR\($0)", at: 0x300 + 4 * UInt32($0), writable: 0xF0F0_F0F0, "DDI 0403E B3.4.9")
    }
    return sets + priorities
  }

  func reset(_ cause: ResetCause) {
    for index in pending.indices {
      pending[index] = false
      isHigh[index] = false
      enabled[index] = index < 16
      priorities[index] = 0
    }
    active = []
    priorityGroup = 0
    refresh()
  }

  func read(_ offset: UInt32) -> UInt32 {
    if offset >= 0x300 {
      return (0..<4).reduce(0) { $0 | UInt32(priority(ofInterrupt: Int(offset - 0x300) + $1)) << (8 * UInt32($1)) }
    }
    let first = Int(offset & 0x7F) * 8
    return (0..<32).reduce(0) { word, bit in
      let exception = 16 + first + bit
      guard exception < pending.count else { return word }
      let value =
        switch offset >> 7 {
        case 0, 1: enabled[exception]
        case 2, 3: pending[exception]
        default: active.contains(exception)
        }
      return word | (value ? 1 << UInt32(bit) : 0)
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    if offset >= 0x300 {
      for byte in 0..<4 where 16 + Int(offset - 0x300) + byte < priorities.count {
        priorities[16 + Int(offset - 0x300) + byte] = Int(value >> (8 * UInt32(byte)) & 0xF0)
      }
      refresh()
      return
    }
    let first = Int(offset & 0x7F) * 8
    for bit in 0..<32 where value >> UInt32(bit) & 1 == 1 {
      let exception = 16 + first + bit
      guard exception < pending.count else { continue }
      switch offset >> 7 {
      case 0: enabled[exception] = true
      case 1: enabled[exception] = false
      case 2: pending[exception] = true
      default: pending[exception] = isHigh[exception]
      }
    }
    refresh()
  }

  private func priority(ofInterrupt number: Int) -> Int { number < interruptCount ? priorities[16 + number] : 0 }

  func setLine(_ interrupt: Int, _ level: Bool) {
    let exception = 16 + interrupt
    isHigh[exception] = level
    if level && !active.contains(exception) && !pending[exception] {
      pending[exception] = true
      refresh()
    }
  }

  func pend(_ exception: Int) {
    pending[exception] = true
    refresh()
  }

  func unpend(_ exception: Int) {
    pending[exception] = false
    refresh()
  }

  var isInterruptPending: Bool { pending[Exception.firstInterrupt...].contains(true) }
  func isPending(_ exception: Int) -> Bool { pending[exception] }
  func setPriority(_ priority: Int, ofException number: Int) {
    priorities[number] = priority
    refresh()
  }

  /// Any that would end a WFI, masked by PRIMASK or not (B1.5.19).
  var hasWakeUp: Bool { candidate(below: executionPriority) != nil }

  /// Group priority of what runs: 256 in thread mode.
  var executionPriority: Int { active.last.map { groupPriority($0) } ?? 256 }

  private func groupPriority(_ exception: Int) -> Int {
    switch exception {
    case Exception.reset: -3
    case Exception.nmi: -2
    case Exception.hardFault: -1
    default: priorities[exception] & ~((2 << priorityGroup) - 1)
    }
  }

  /// Whether a fault of that number may be taken now, or becomes a HardFault (B1.5.14).
  func mayTakeNow(_ exception: Int, below limit: Int) -> Bool { groupPriority(exception) < min(executionPriority, limit) }

  func goesBefore(_ exception: Int, _ other: Int) -> Bool { groupPriority(exception) < groupPriority(other) }

  /// What ICSR calls VECTPENDING, whether it may be taken or not.
  var highestPending: Int? { candidate(below: .max) }

  private func candidate(below limit: Int) -> Int? {
    if isWithheld { return nil }
    var best: Int?
    for exception in pending.indices where pending[exception] && enabled[exception] && groupPriority(exception) < limit {
      if let other = best, priorities[other] <= priorities[exception], groupPriority(other) <= groupPriority(exception) { continue }
      best = exception
    }
    return best
  }

  /// The exception to enter now; nil: none goes before what runs.
  func takePending() -> Int? {
    guard let exception = candidate(below: executionPriority) else { return nil }
    pending[exception] = false
    enter(exception)
    return exception
  }

  func enter(_ exception: Int) {
    active.append(exception)
    refresh()
  }

  /// Another exception came between the choice of the innermost one and its first instruction; it waits.
  func replaceInnermost(by exception: Int) {
    if let waiting = active.popLast() { pending[waiting] = true }
    enter(exception)
  }

  /// A handler has returned: a line still high asks again.
  func leave() {
    guard let exception = active.popLast() else { return }
    if isHigh[exception] { pending[exception] = true }
    refresh()
  }

  private func refresh() { machine.setInterruptPending(hasWakeUp) }
}
