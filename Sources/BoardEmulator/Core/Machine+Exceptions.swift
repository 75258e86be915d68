import EmulatorCore

/// What the core takes a fault for.
enum Fault: Hashable {
  case undefinedInstruction
  case breakpoint
  /// Nothing there, or not allowed.
  case data(address: UInt32)
  case fetch(address: UInt32)
  /// The MPU forbids it.
  case protection(address: UInt32)
  case protectedFetch(address: UInt32)
}

/// Entering and leaving exceptions (DDI 0403E, B1.5.6 to B1.5.8), which libunicorn leaves to its user.
extension Machine {
  private static let entryCycles: UInt64 = 12
  private static let tailChainCycles: UInt64 = 6

  var isWithinIT: Bool { emulator_core_get(core, EMULATOR_XPSR) & 0x0600_FC00 != 0 }

  func takeInterrupt() {
    let base = emulator_core_get(core, EMULATOR_BASEPRI)
    if base != 0 {
      stop(.notModelled, "BASEPRI: found \(base): this emulator models PRIMASK and FAULTMASK alone")
      return
    }
    guard let exception = nvic.takePending() else { return }
    enter(exception)
  }

  /// SVC, and faults: not pended, taken at once.
  func enterNow(_ exception: Int) {
    guard nvic.mayTakeNow(exception, below: maskedPriority) else {
      if exception == NVIC.Exception.hardFault {
        stop(.lockup, "lockup: a fault within the fault handler, at 0x\(hex(emulator_core_get(core, EMULATOR_PC)))")
      } else {
        systemControl.hardFaultStatus |= 1 << 30  // FORCED
        enterNow(NVIC.Exception.hardFault)
      }
      return
    }
    nvic.enter(exception)
    enter(exception)
  }

  /// INVSTATE after a jump to an even address, NOCP of the floating point unit that is off (A5.3.18), or UNDEFINSTR.
  private var undefinedReason: UInt32 {
    if emulator_core_get(core, EMULATOR_XPSR) & 1 << 24 == 0 { return 1 << 17 }
    let counter = emulator_core_get(core, EMULATOR_PC)
    let isCoprocessors = region(at: counter, count: 4).map { $0.word(at: counter) & 0xEC00 == 0xEC00 } ?? false
    return isCoprocessors && !systemControl.isFloatingPointOn ? 1 << 19 : 1 << 16
  }

  /// What the masks raise the core to (B1.4.3): a fault that is not above it becomes a HardFault.
  private var maskedPriority: Int {
    if emulator_core_get(core, EMULATOR_FAULTMASK) & 1 != 0 { return -1 }
    return emulator_core_get(core, EMULATOR_PRIMASK) & 1 != 0 ? 0 : 256
  }

  /// What memory that stops answering does to the instruction that comes next: a BusFault.
  package func abortDataAccess() { takeFault(.data(address: emulator_core_get(core, EMULATOR_SP))) }

  func takeFault(_ fault: Fault) {
    let exception: Int
    switch fault {
    case .undefinedInstruction:
      systemControl.faultStatus |= undefinedReason
      exception = NVIC.Exception.usageFault
    case .breakpoint:
      systemControl.hardFaultStatus |= 1 << 31  // DEBUGEVT
      exception = NVIC.Exception.hardFault
    case .data(let address):
      systemControl.faultStatus |= 1 << 9 | 1 << 15  // PRECISERR, BFARVALID
      systemControl.busFaultAddress = address
      exception = NVIC.Exception.busFault
    case .fetch:
      systemControl.faultStatus |= 1 << 8  // IBUSERR
      exception = NVIC.Exception.busFault
    case .protection(let address):
      systemControl.faultStatus |= 1 << 1 | 1 << 7  // DACCVIOL, MMARVALID
      systemControl.memoryFaultAddress = address
      exception = NVIC.Exception.memManage
    case .protectedFetch:
      systemControl.faultStatus |= 1 << 0  // IACCVIOL
      exception = NVIC.Exception.memManage
    }
    note("fault: \(fault) at 0x\(hex(emulator_core_get(core, EMULATOR_PC)))")
    if exception == NVIC.Exception.hardFault || systemControl.isFaultEnabled(exception) {
      enterNow(exception)
    } else {
      systemControl.hardFaultStatus |= 1 << 30
      enterNow(NVIC.Exception.hardFault)
    }
  }

  /// Pushes the frame and goes to the handler.
  private func enter(_ exception: Int) {
    let control = emulator_core_get(core, EMULATOR_CONTROL)
    if control & 2 != 0 {
      stop(.notModelled, "CONTROL.SPSEL is 1: this emulator models the main stack alone")
      return
    }
    let hasFloatingPoint = control & 4 != 0
    if hasFloatingPoint && !systemControl.isFloatingPointOn {
      stop(.brokenRule, "a floating point instruction was executed while CPACR leaves the unit off")
      return
    }
    let status = emulator_core_get(core, EMULATOR_XPSR)
    let isInHandler = status & 0x1FF != 0
    var stack = emulator_core_get(core, EMULATOR_SP)
    let isAligned = stack & 4 != 0
    if isAligned { stack &-= 4 }
    if hasFloatingPoint { stack &-= 4 * 18 }
    stack &-= 4 * 8
    emulator_core_set(core, EMULATOR_SP, stack)
    let counter = emulator_core_get(core, EMULATOR_PC)
    let frame = [0, 1, 2, 3, 12].map { register(UInt32($0)) } + [
      emulator_core_get(core, EMULATOR_LR), counter, status & ~0x200 | (isAligned ? 0x200 : 0),
    ]
    var taken = exception
    if protection.mayWrite(stack, width: 1), let memory = region(at: stack, count: hasFloatingPoint ? 104 : 32), memory.kind == .ram {
      for (index, word) in frame.enumerated() { memory.setWord(word, at: stack + 4 * UInt32(index)) }
      if hasFloatingPoint { pushFloatingPoint(to: memory, at: stack + 32) }
    } else {
      note("fault: the frame of exception \(exception) does not fit the stack at 0x\(hex(stack))")
      taken = derivedFromStacking(of: exception, isForbidden: !protection.mayWrite(stack, width: 1))
    }
    emulator_core_set(core, EMULATOR_LR, (hasFloatingPoint ? 0xFFFF_FFE1 : 0xFFFF_FFF1) | (isInHandler ? 0 : 8))
    emulator_core_set(core, EMULATOR_CONTROL, control & ~0xC)
    begin(taken)
    spend(Self.entryCycles)
  }

  /// The frame is lost. The handler of that fault goes first if it may, or else HardFault's, and what was to be entered
  /// stays pending (B1.5.6, derived exceptions). HardFault's own is begun all the same.
  private func derivedFromStacking(of exception: Int, isForbidden: Bool) -> Int {
    systemControl.faultStatus |= isForbidden ? 1 << 4 : 1 << 12  // MSTKERR, by the MPU; STKERR
    let fault = isForbidden ? NVIC.Exception.memManage : NVIC.Exception.busFault
    if exception == NVIC.Exception.hardFault || exception == NVIC.Exception.nmi { return exception }
    let isTaken = systemControl.isFaultEnabled(fault) && nvic.goesBefore(fault, exception)
    if !isTaken { systemControl.hardFaultStatus |= 1 << 30 }  // FORCED
    let derived = isTaken ? fault : NVIC.Exception.hardFault
    nvic.replaceInnermost(by: derived)
    return derived
  }

  /// Goes to the first instruction of a handler.
  private func begin(_ exception: Int) {
    emulator_core_set(core, EMULATOR_XPSR, 0x0100_0000 | UInt32(exception))
    let start = systemControl.vectorTable == 0 && !board.chip.hasCaches ? board.chip.vectorTable : systemControl.vectorTable
    let entry = start &+ 4 * UInt32(exception)
    guard let table = region(at: entry, count: 4) else {
      stop(.brokenRule, "VTOR: found 0x\(hex(start)): expected memory with a vector table")
      return
    }
    emulator_core_set(core, EMULATOR_PC, codeAddress(ofVector: exception, table.word(at: entry)))
  }

  /// Bit 0 of a vector says Thumb, which is all these cores know (B1.5.3).
  func codeAddress(ofVector number: Int, _ vector: UInt32) -> UInt32 {
    if vector & 1 == 0 {
      stop(.brokenRule, "vector \(number): found 0x\(hex(vector)): expected bit 0 set, as addresses of Thumb code have it (DDI 0403E, B1.5.3)")
    }
    return vector & ~1
  }

  private func pushFloatingPoint(to memory: MemoryRegion, at address: UInt32) {
    for index in 0..<16 as Range<UInt32> { memory.setWord(register(EMULATOR_S0.rawValue + index), at: address + 4 * index) }
    memory.setWord(emulator_core_get(core, EMULATOR_FPSCR), at: address + 64)
  }

  func returnFromException(_ exceptionReturn: UInt32) {
    if nvic.active.isEmpty {  // in thread mode it is a jump like any other
      takeFault(.fetch(address: exceptionReturn & ~1))
      return
    }
    if nvic.active.last != NVIC.Exception.nmi { emulator_core_set(core, EMULATOR_FAULTMASK, 0) }
    nvic.leave()
    // Tail-chaining: the frame stays where it is, the next handler takes it over.
    if emulator_core_get(core, EMULATOR_PRIMASK) & 1 == 0, let next = nvic.takePending() {
      emulator_core_set(core, EMULATOR_LR, exceptionReturn)
      emulator_core_set(core, EMULATOR_CONTROL, emulator_core_get(core, EMULATOR_CONTROL) & ~0xC)
      begin(next)
      spend(Self.tailChainCycles)
      return
    }
    let stack = emulator_core_get(core, EMULATOR_SP)
    let hasFloatingPoint = exceptionReturn & 0x10 == 0
    guard exceptionReturn | 0x10 == (nvic.active.isEmpty ? 0xFFFF_FFF9 : 0xFFFF_FFF1),
      let memory = region(at: stack, count: hasFloatingPoint ? 104 : 32)
    else {
      stop(
        .brokenRule,
        "EXC_RETURN: found 0x\(hex(exceptionReturn)) with the stack at 0x\(hex(stack)) and \(nvic.active.count) handlers still active: "
          + "expected a return to \(nvic.active.isEmpty ? "thread mode" : "a handler"), on the main stack")
      return
    }
    let status = memory.word(at: stack + 28)
    guard status & 0x0100_01FF == 0x0100_0000 | UInt32(nvic.active.last ?? 0) else {
      stop(
        .brokenRule, "the frame at 0x\(hex(stack)), which an exception returns to, has the xPSR 0x\(hex(status)): "
          + "expected Thumb and exception \(nvic.active.last ?? 0): something has written over the stack")
      return
    }
    let frame = (0..<8 as Range<UInt32>).map { memory.word(at: stack + 4 * $0) }
    for (index, number) in [0, 1, 2, 3, 12].enumerated() { setRegister(UInt32(number), frame[index]) }
    emulator_core_set(core, EMULATOR_LR, frame[5])
    if hasFloatingPoint {
      for index in 0..<16 as Range<UInt32> { setRegister(EMULATOR_S0.rawValue + index, memory.word(at: stack + 32 + 4 * index)) }
      emulator_core_set(core, EMULATOR_FPSCR, memory.word(at: stack + 96))
    }
    emulator_core_set(core, EMULATOR_SP, stack + (hasFloatingPoint ? 104 : 32) + (frame[7] & 0x200 != 0 ? 4 : 0))
    emulator_core_set(core, EMULATOR_CONTROL, hasFloatingPoint ? 4 : 0)
    emulator_core_set(core, EMULATOR_XPSR, frame[7] & ~0x200)
    emulator_core_set(core, EMULATOR_PC, frame[6] & ~1)
    spend(Self.entryCycles)
  }

  private func spend(_ cycles: UInt64) {
    clock.advance(to: clock.time(ofCycle: self.cycles + cycles), executed: executed)
  }
}
