import EmulatorCore

extension Machine {
  /// Why `run` came back.
  package enum Pause: Hashable, Sendable {
    /// Virtual time has come to the end asked for.
    case end
    /// See `finding`.
    case stopped
  }

  /// Switches the board on: memory holds anything, flash what was loaded.
  package func powerOn() {
    reset(.powerOn)
  }

  /// How fast this computer executes, for people: over the processor time it spent on it.
  package var instructionsPerSecond: Double {
    processorTime > 0 ? Double(executed) / Double(processorTime) * 1e9 : 0
  }

  /// Runs until virtual time `end`, which may be passed by a block of instructions.
  package func run(until end: VirtualTime) -> Pause {
    while finding == nil {
      if let cause = pendingReset {
        pendingReset = nil
        reset(cause)
      }
      if let stop = instructionStop, executed >= stop.executed {
        instructionStop = nil
        stop.action()
        continue
      }
      while let action = scheduler.takeDue(at: now) { action() }
      if finding != nil { break }
      if pendingReset != nil { continue }
      if now >= end { return .end }
      if isAsleep {
        sleep(until: end)
        continue
      }
      let deadline = deadline(until: end)
      // Time passes without a block once: were events nearer to each other than blocks are long, none would ever begin.
      let mayPass = passedAt == executed && instructionStop == nil
      let began = emulator_core_processor_time()
      let exit = emulator_core_run(core, deadline, mayPass)
      processorTime += emulator_core_processor_time() - began
      handle(exit, end: end)
    }
    return .stopped
  }

  private func handle(_ exit: emulator_core_exit, end: VirtualTime) {
    switch exit.reason {
    case EMULATOR_CORE_DEADLINE: approach(end: end)
    case EMULATOR_CORE_REQUESTED: passTheLastBlock(end: end)
    case EMULATOR_CORE_INTERRUPT: interrupt(end: end)
    case EMULATOR_CORE_STALL: stall?(exit.address)
    case EMULATOR_CORE_WAIT: sleep(until: end)
    case EMULATOR_CORE_HINT: break
    case EMULATOR_CORE_EXCEPTION_RETURN: returnFromException(exit.address)
    case EMULATOR_CORE_UNDEFINED: takeFault(.undefinedInstruction)
    case EMULATOR_CORE_BREAKPOINT: takeFault(.breakpoint)
    case EMULATOR_CORE_FAULT_READ:
      takeFault(protection.mayRead(exit.address) ? .data(address: exit.address) : .protection(address: exit.address))
    case EMULATOR_CORE_FAULT_WRITE:
      takeFault(protection.mayWrite(exit.address, width: 1) ? .data(address: exit.address) : .protection(address: exit.address))
    case EMULATOR_CORE_FAULT_FETCH:
      takeFault(protection.mayExecute(exit.address) ? .fetch(address: exit.address) : .protectedFetch(address: exit.address))
    case EMULATOR_CORE_UNALIGNED:
      stop(
        .brokenRule,
        "0x\(hex(emulator_core_get(core, EMULATOR_PC))): a load or store of several words found the address 0x\(hex(exit.address)): expected a multiple of 4")
    case EMULATOR_CORE_SUPERVISOR_CALL: enterNow(NVIC.Exception.svCall)
    default: stop(.broken, "libunicorn: ended with error \(exit.address)")
    }
  }

  /// The next block would pass an event, or the instruction asked for: that one is stepped to.
  private func approach(end: VirtualTime) {
    let limit = clock.executed(at: min(end, scheduler.next ?? .max))
    if let stop = instructionStop, stop.executed <= limit {
      step(stop.executed - executed, end: end)
    } else {
      passTheLastBlock(end: end)
    }
  }

  private func step(_ count: UInt64, end: VirtualTime) {
    let exit = emulator_core_step(core, UInt32(clamping: count))
    if exit.reason != EMULATOR_CORE_DEADLINE { handle(exit, end: end) }
  }

  /// Within an IT block the exception would have to resume it; some instructions later it is over.
  private func interrupt(end: VirtualTime) {
    if isWithinIT { step(1, end: end) } else { takeInterrupt() }
  }

  /// The block that would pass a deadline is not begun; the time until then passes without it, so that events come at
  /// their moment and not up to a block early. At most some dozens of cycles.
  private func passTheLastBlock(end: VirtualTime) {
    let moment = min(end, scheduler.next ?? .max)
    passedAt = executed
    if pendingReset == nil && finding == nil && moment > now { clock.advance(to: moment, executed: executed) }
  }

  /// WFI: ends with any interrupt that would be taken if PRIMASK were 0.
  private func sleep(until end: VirtualTime) {
    isAsleep = true
    while finding == nil && pendingReset == nil && !nvic.hasWakeUp && now < end {
      let before = now
      clock.advance(to: min(end, scheduler.next ?? end), executed: executed)
      sleptTime += now - before
      while let action = scheduler.takeDue(at: now) { action() }
    }
    isAsleep = !nvic.hasWakeUp
  }

  /// The core waits, to the end of this run at most; what is to happen meanwhile happens at its moment. Not within a
  /// register access.
  func stallWithEvents(until end: VirtualTime) {
    let time = min(end, runEnd)
    while finding == nil && pendingReset == nil && now < time {
      stall(until: min(time, scheduler.next ?? time))
      while let action = scheduler.takeDue(at: now) { action() }
    }
  }

  /// The core waits for something outside of it.
  package func stall(until time: VirtualTime) {
    let before = now
    clock.advance(to: time, executed: executed)
    stalledTime += now - before
  }

  func reset(_ cause: ResetCause) {
    if cause == .powerOn { scrambleMemory() }
    resets += 1
    isAsleep = false
    note("reset: \(cause.rawValue)")
    for peripheral in bus.all { peripheral.reset(cause) }
    for number in 0...12 { setRegister(UInt32(number), 0) }
    for number in [EMULATOR_PRIMASK, EMULATOR_FAULTMASK, EMULATOR_BASEPRI, EMULATOR_CONTROL] { emulator_core_set(core, number, 0) }
    emulator_core_set(core, EMULATOR_LR, .max)
    emulator_core_set(core, EMULATOR_XPSR, 0x0100_0000)
    let table = board.chip.vectorTable
    guard let flash = region(at: table, count: 8) else { return }
    emulator_core_set(core, EMULATOR_SP, flash.word(at: table) & ~3)
    emulator_core_set(core, EMULATOR_PC, codeAddress(ofVector: 1, flash.word(at: table + 4)))
  }

  func setInterruptPending(_ isPending: Bool) { emulator_core_set_interrupt_pending(core, isPending) }

  func register(_ number: UInt32) -> UInt32 { emulator_core_get(core, emulator_core_register(rawValue: number)) }
  func setRegister(_ number: UInt32, _ value: UInt32) { emulator_core_set(core, emulator_core_register(rawValue: number), value) }
}
