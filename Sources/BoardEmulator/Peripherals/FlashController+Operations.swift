import EmulatorCore

/// Erasing and programming: what is asked for, how long it takes, what it leaves.
extension FlashController {
  // MARK: Begin

  func startErase() {
    guard control & (Control.program | Control.sectorErase | Control.massErase) == Control.sectorErase else {
      fail(Status.sequence, "STRT with PG, SER, MER \(control & 7): expected SER alone")
      return
    }
    guard let sector = geometry.sector(number: sectorNumber) else {
      machine.stop(.brokenRule, "FLASH_CR: found SNB \(sectorNumber): expected a sector of the \(machine.board.chip.name) (RM0385 3.7.5, RM0090 3.9.7)")
      return
    }
    let factor = machine.faultInjection.eraseSlowdown
    let time = VirtualTime(Double(geometry.eraseTime(of: sector)) * factor)
    machine.note("flash: sector \(sector.number), \(sector.kilobytes) KB, is erased in \(time / .milliseconds(1)) ms")
    begin(.erase(sector), bank: sector.bank, time: time)
  }

  /// A store of the core into flash: programs it, or sets an error flag. Memory holds the stored value until `settle`.
  func store(_ value: UInt32, to address: UInt32, width: UInt32) {
    settle()
    if operation != nil { waitWithinBlock() }
    guard let region = machine.region(at: address, count: width), let sector = geometry.sector(at: address) else { return }
    let old = Self.value(in: region, address, width)
    unsettled = (address, width, old)
    let size: UInt32 = 1 << (control >> 8 & 3)
    if control & Control.lock != 0 || control & (Control.program | Control.sectorErase | Control.massErase) != Control.program {
      fail(Status.sequence, "a store to 0x\(hex(address)) without PG in FLASH_CR")
    } else if size == 8 {
      machine.stop(.brokenRule, "FLASH_CR: found PSIZE 3: expected 2 at most, 64 bits need an external supply on VPP (RM0385 3.3.5, RM0090 3.6.2)")
    } else if size != width {
      fail(Status.parallelism, "a store of \(width) bytes to 0x\(hex(address)) with PSIZE for \(size)")
    } else if address % width != 0 {
      fail(Status.alignment, "a store of \(width) bytes to 0x\(hex(address)), which is not aligned")
    } else {
      if value & ~old != 0 { machine.note("flash: 0x\(hex(address)) holds 0x\(hex(old)): storing 0x\(hex(value)) cannot set bits without an erase") }
      unsettled?.value = old & value
      begin(.program(address: address, width: width, old: old, new: value), bank: sector.bank, time: geometry.programTime)
    }
  }

  private func begin(_ operation: Operation, bank: Int, time: VirtualTime) {
    self.operation = operation
    operations += 1
    operationEnd = machine.now + time
    let range = geometry.bankRange(bank)
    emulator_core_set_stalled_range(machine.core, range.lowerBound, range.upperBound)
    if operations == machine.faultInjection.powerCutFlashOperation {
      events.append(machine.schedule(after: time / 2) { [unowned self] in cutPower() })
    }
    events.append(machine.schedule(at: operationEnd) { [unowned self] in finish() })
  }

  private func cutPower() {
    machine.faultInjection.powerCutFlashOperation = nil
    machine.note("power cut within flash operation \(operations)")
    machine.requestReset(.powerOn)
  }

  // MARK: End

  private func finish() {
    guard let operation else { return }
    settle()
    if case .erase(let sector) = operation { change(sector.range) { _, _ in 0xFF } }
    if case .program(let address, let width, _, _) = operation { changed(address..<address + width) }
    clear()
    if control & Control.endInterrupt != 0 { status |= Status.endOfOperation }
    updateInterrupt()
  }

  private func clear() {
    operation = nil
    for event in events { machine.cancel(event) }
    events = []
    emulator_core_set_stalled_range(machine.core, 0, 0)
  }

  /// A reset or a power cut ended the operation: each bit it would have changed may hold either (RM0385 3.3.4).
  func leaveHalfDone() {
    settle()
    guard let operation else { return }
    var state = machine.seed &+ operations &* 0x9E37_79B9_7F4A_7C15 | 1
    func random() -> UInt32 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt32(truncatingIfNeeded: state >> 16)
    }
    switch operation {
    case .erase(let sector):
      change(sector.range) { _, old in old | UInt8(truncatingIfNeeded: random()) }
    case .program(let address, let width, let old, let new):
      let left = old & (new | random())
      change(address..<address + width) { byte, _ in UInt8(truncatingIfNeeded: left >> (8 * (byte - address))) }
    }
    clear()
  }

  /// `byte`: what an address holds now, by the address and what it held.
  private func change(_ range: Range<UInt32>, _ byte: (UInt32, UInt8) -> UInt8) {
    guard let region = machine.region(at: range.lowerBound) else { return }
    for address in range { region[address] = byte(address, region[address]) }
    changed(range)
  }

  private func changed(_ range: Range<UInt32>) {
    emulator_core_forget(machine.core, range.lowerBound, range.upperBound - range.lowerBound)
    machine.flashFile?.store(range)
    if let region = machine.region(at: range.lowerBound) {
      machine.cacheShadow.wrote(range.lowerBound, count: UInt32(range.count), in: region, by: "the flash controller")
    }
  }

  func settle() {
    guard let store = unsettled, let region = machine.region(at: store.address) else { return }
    unsettled = nil
    for byte in 0..<store.width { region[store.address + byte] = UInt8(truncatingIfNeeded: store.value >> (8 * byte)) }
  }

  private static func value(in region: MemoryRegion, _ address: UInt32, _ width: UInt32) -> UInt32 {
    (0..<width).reduce(0) { $0 | UInt32(region[address + $1]) << (8 * $1) }
  }

  // MARK: Waiting

  /// Between two blocks: what comes from outside goes on while the core waits.
  func waitWithEvents() {
    machine.stallWithEvents(until: operationEnd)
  }

  /// Within a register access or a store: the bus holds the core, some microseconds or an erase long.
  func waitWithinBlock() {
    guard operation != nil else { return }
    machine.stall(until: operationEnd)
    finish()
  }
}
