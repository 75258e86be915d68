import EmulatorCore

/// A board: core, memory, peripherals and virtual time.
///
/// One thread owns it. Nothing in it depends on real time or on chance, `seed` aside: the same firmware with the same
/// bytes arriving at the same virtual moments does the same.
package final class Machine {
  package let board: EmulatedBoard
  package let memory: [MemoryRegion]
  /// What the board does, for people: one line an event.
  package var log: (VirtualTime, String) -> Void = { _, _ in }

  private(set) var bus: Bus!
  private(set) var core: OpaquePointer!
  private(set) var nvic: NVIC!
  private(set) var sysTick: SysTick!
  private(set) var systemControl: SystemControl!
  private(set) var protection: MemoryProtection!
  private(set) var cacheShadow: CacheShadow!
  /// Set by the chip.
  package var clocks: any ClockTree
  /// By letter; set by the chip.
  package var ports: [Character: GPIOPort] = [:]

  var clock: VirtualClock
  var scheduler = Scheduler()
  /// Set once; the machine does not go on then.
  package private(set) var finding: Finding?
  var pendingReset: ResetCause?
  /// WFI has been executed and nothing has ended it.
  var isAsleep = false
  /// How much was executed when time last passed without a block that would have gone past an event.
  var passedAt = UInt64.max
  /// Set by the flash controller: code was to be fetched from a bank that is being written.
  package var stall: ((UInt32) -> Void)?
  /// Set by the flash controller: a store into flash, by address, width and value; and what memory shows of it.
  var storeToFlash: (UInt32, UInt32, UInt32) -> Void = { _, _, _ in }
  var settleFlash: () -> Void = {}
  var flashFile: FlashFile?
  /// Time the core slept, and time it waited for flash.
  package internal(set) var sleptTime: VirtualTime = 0
  package internal(set) var stalledTime: VirtualTime = 0
  package internal(set) var resets = 0
  /// Nanoseconds of this computer's processor spent in the core.
  var processorTime: UInt64 = 0
  package var faultInjection = FaultInjection()
  /// From the board's USART to the host. Set by the chip.
  package internal(set) var serialLine: SerialLine?
  var instructionStop: (executed: UInt64, action: () -> Void)?
  let seed: UInt64
  /// Tells boards apart: what their unique ids are made of.
  let device: UInt32

  /// - Parameters:
  ///   - cyclesPerInstruction: how many the core spends, on average; the chip's when nil.
  ///   - checksAlignment: stops at multiple loads and stores that are not aligned; slower.
  ///   - seed: of what memory holds at power on, of random numbers, and of this chip's LSI.
  ///   - device: tells boards apart: their unique ids are made of it.
  package init(
    board: EmulatedBoard, cyclesPerInstruction: Double? = nil, checksAlignment: Bool = false, seed: UInt64 = 1, device: UInt32 = 1
  ) throws(Finding) {
    self.board = board
    self.seed = seed
    self.device = device
    memory = board.chip.memory()
    clock = VirtualClock(hertz: 16_000_000, cyclesPerInstruction: cyclesPerInstruction ?? board.chip.cyclesPerInstruction)
    clocks = ClocksBeforeChip()
    bus = Bus(self)
    let owner = emulator_core_owner(
      context: Unmanaged.passUnretained(self).toOpaque(),
      read: { context, address, width in
        Unmanaged<Machine>.fromOpaque(context!).takeUnretainedValue().bus.read(address, width: width)
      },
      write: { context, address, width, value in
        Unmanaged<Machine>.fromOpaque(context!).takeUnretainedValue().bus.write(value, to: address, width: width)
      },
      write_protected: { context, address, width, value in
        Unmanaged<Machine>.fromOpaque(context!).takeUnretainedValue().storeToProtected(address, width: width, value: value)
      },
      settle: { context in Unmanaged<Machine>.fromOpaque(context!).takeUnretainedValue().settleFlash() },
      read_watched: { context, address, width in
        Unmanaged<Machine>.fromOpaque(context!).takeUnretainedValue().cacheShadow.coreReads(address, width: width)
      })
    guard let core = emulator_core_create(board.chip.core, owner) else {
      throw Finding(.broken, "libunicorn: found no Cortex-M core: expected libunicorn 2.0 with ARM")
    }
    self.core = core
    if checksAlignment && !emulator_core_check_alignment(core) { throw Finding(.broken, "libunicorn: refuses to watch memory") }
    try map()
    nvic = NVIC(self)
    sysTick = SysTick(self)
    systemControl = SystemControl(self)
    protection = MemoryProtection(self)
    cacheShadow = CacheShadow(self)
    for peripheral in [nvic, sysTick, systemControl, protection, DataWatchpoint(self)] as [any Peripheral] { bus.attach(peripheral) }
    for peripheral in board.chip.attach(self) { bus.attach(peripheral) }
  }

  deinit { if let core { emulator_core_destroy(core) } }

  /// Attached after the chip's own: what a board or a test adds.
  package func attach(_ peripheral: any Peripheral) { bus.attach(peripheral) }
  package var peripherals: [any Peripheral] { bus.all }

  package var now: VirtualTime { clock.time(executed: emulator_core_executed(core)) }
  /// Of the core, since power on, modulo nothing.
  package var cycles: UInt64 { clock.cycles(at: now) }
  package var executed: UInt64 { emulator_core_executed(core) }

  /// The core's frequency has changed: called by the RCC.
  package func setCoreHertz(_ hertz: UInt64) {
    clock.setHertz(hertz, executed: executed)
    sysTick.reschedule()
    bringDeadlineForward()
  }

  package func note(_ text: String) { log(now, text) }

  /// Stops the machine for good; the first reason stands.
  package func stop(_ kind: Finding.Kind, _ text: String) {
    if finding == nil { finding = Finding(kind, text) }
    emulator_core_request_stop(core)
  }

  /// Resets the board behind the current instruction.
  package func requestReset(_ cause: ResetCause) {
    if pendingReset == nil { pendingReset = cause }
    emulator_core_request_stop(core)
  }

  /// A fault: pending interrupts stay pending, the core hears of none.
  package func withholdInterrupts(for duration: VirtualTime) {
    nvic.isWithheld = true
    schedule(after: duration) { [unowned self] in nvic.isWithheld = false }
  }

  /// Level of a peripheral's interrupt line.
  package func setInterrupt(_ number: Int, _ isHigh: Bool) { nvic.setLine(number, isHigh) }

  package struct Event { fileprivate let token: Scheduler.Token }

  @discardableResult
  package func schedule(after delay: VirtualTime, _ action: @escaping () -> Void) -> Event {
    schedule(at: now + delay, action)
  }

  @discardableResult
  package func schedule(at time: VirtualTime, _ action: @escaping () -> Void) -> Event {
    let event = Event(token: scheduler.schedule(at: time, action))
    bringDeadlineForward()
    return event
  }

  /// Time passes without power.
  func stayOff(until time: VirtualTime) { clock.advance(to: time, executed: executed) }

  package func cancel(_ event: Event) { scheduler.cancel(event.token) }

  /// Calls back exactly behind so many executed instructions, between two of them. One at a time; the last one stands.
  package func whenExecuted(_ count: UInt64, _ action: @escaping () -> Void) {
    instructionStop = (count, action)
    bringDeadlineForward()
  }

  private(set) var runEnd: VirtualTime = 0

  func deadline(until end: VirtualTime) -> UInt64 {
    runEnd = end
    return min(clock.executed(at: min(end, scheduler.next ?? .max)), instructionStop?.executed ?? .max)
  }

  private func bringDeadlineForward() { emulator_core_set_deadline(core, deadline(until: runEnd)) }

  func region(at address: UInt32, count: UInt32 = 1) -> MemoryRegion? {
    memory.first { $0.contains(address, count: count) }
  }

  func scrambleMemory() {
    for region in memory where region.kind == .ram { region.scramble(seed: seed) }
  }

  /// False: not allowed, a fault.
  private func storeToProtected(_ address: UInt32, width: UInt32, value: UInt32) -> Bool {
    guard protection.mayWrite(address, width: width), let region = region(at: address, count: width) else { return false }
    guard region.kind == .flash else { return true }  // another part of that page is what may not be written
    storeToFlash(address, width, value)
    return true
  }

  private func map() throws(Finding) {
    for region in memory {
      let access: emulator_core_access = region.kind == .flash ? EMULATOR_READ : EMULATOR_WRITE
      let bits = access.rawValue | EMULATOR_READ.rawValue | EMULATOR_EXECUTE.rawValue
      guard emulator_core_map_memory(core, region.start, region.size, region.bytes, bits) else {
        throw Finding(.broken, "libunicorn: refuses to map \(region.name)")
      }
    }
    for window in board.chip.registerWindows {
      guard emulator_core_map_registers(core, window.lowerBound, window.upperBound - window.lowerBound) else {
        throw Finding(.broken, "libunicorn: refuses to map registers at 0x\(hex(window.lowerBound))")
      }
    }
  }
}

/// Until the chip's RCC is there.
private final class ClocksBeforeChip: ClockTree {
  var coreHertz: UInt64 { 16_000_000 }
  func hertz(of peripheral: String) -> UInt64 { coreHertz }
  func isEnabled(_ name: String) -> Bool { false }
}
