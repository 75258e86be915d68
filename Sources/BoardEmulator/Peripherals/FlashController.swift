/// The flash interface: wait states, keys, sector erase and programming (RM0385, 3; RM0090, 3).
///
/// Invariants
///   - `operation` is under way exactly while BSY is set; what it does to memory is done when it ends, and half done
///     when a reset or a power cut ends it.
///   - Code in the bank that is busy does not run: the core stalls there, what comes from outside goes on. Code that
///     the I-cache holds would run on a Cortex-M7; it stalls here.
///   - Data read from a busy bank by code elsewhere is not delayed here.
final class FlashController: Peripheral {
  enum Offset {
    static let acr: UInt32 = 0x00, keyr: UInt32 = 0x04, optkeyr: UInt32 = 0x08, sr: UInt32 = 0x0C, cr: UInt32 = 0x10
    static let optcr: UInt32 = 0x14
  }
  enum Control {
    static let program: UInt32 = 1 << 0, sectorErase: UInt32 = 1 << 1, massErase: UInt32 = 1 << 2
    static let start: UInt32 = 1 << 16, endInterrupt: UInt32 = 1 << 24, errorInterrupt: UInt32 = 1 << 25
    static let lock: UInt32 = 1 << 31
  }
  enum Status {
    static let endOfOperation: UInt32 = 1 << 0, operationError: UInt32 = 1 << 1, writeProtection: UInt32 = 1 << 4
    static let alignment: UInt32 = 1 << 5, parallelism: UInt32 = 1 << 6
    /// ERSERR on the F7, PGSERR on the F4.
    static let sequence: UInt32 = 1 << 7
    static let busy: UInt32 = 1 << 16
    /// RDERR, of the F42x and F43x alone.
    static let readProtection: UInt32 = 1 << 8
    static let flags: UInt32 = 0x1F3
  }
  enum Operation {
    case erase(FlashGeometry.Sector)
    case program(address: UInt32, width: UInt32, old: UInt32, new: UInt32)
  }
  private static let keys: [UInt32] = [0x4567_0123, 0xCDEF_89AB]
  private static let optionKeys: [UInt32] = [0x0819_2A3B, 0x4C5D_6E7F]
  static let interrupt = 4

  let name = "FLASH"
  let base: UInt32 = 0x4002_3C00
  let registers: [Register]
  unowned let machine: Machine
  weak var clocks: ResetClockControl?
  let geometry: FlashGeometry
  private let sectorMask: UInt32
  private var access: UInt32 = 0
  private(set) var control: UInt32 = Control.lock
  var status: UInt32 = 0
  private var isOptionLocked = true
  /// Keys written so far; nil: a wrong one, locked until reset.
  private var keyCount: Int? = 0
  private var optionKeyCount: Int? = 0
  var operation: Operation?
  var operationEnd: VirtualTime = 0
  var events: [Machine.Event] = []
  /// A store of the core that memory shall show otherwise before the next block: what it shall hold.
  var unsettled: (address: UInt32, width: UInt32, value: UInt32)?
  /// Erases and programs since power on.
  var operations: UInt64 = 0

  init(_ machine: Machine, geometry: FlashGeometry) {
    self.machine = machine
    self.geometry = geometry
    let isF7 = machine.board.chip.hasCaches
    // F7: PRFTEN, ARTEN, ARTRST. F4: PRFTEN, ICEN, DCEN, ICRST, DCRST.
    let accelerator: UInt32 = isF7 ? 0x0B00 : 0x1F00
    sectorMask = isF7 ? 0xF << 3 : 0x1F << 3
    let operate = Control.program | Control.sectorErase | 3 << 8 | Control.start
    registers = [
      Register("ACR", at: Offset.acr, writable: 0xF | accelerator, "RM0385 3.7.1, RM0090 3.9.2"),
      Register("KEYR", at: Offset.keyr, writable: .max, "RM0385 3.7.2, RM0090 3.9.3"),
      Register("OPTKEYR", at: Offset.optkeyr, writable: .max, "RM0385 3.7.3, RM0090 3.9.4"),
      Register("SR", at: Offset.sr, writable: isF7 ? Status.flags & ~Status.readProtection : Status.flags, readOnly: Status.busy, "RM0385 3.7.4, RM0090 3.9.5"),
      Register(
        "CR", at: Offset.cr, reset: Control.lock,
        writable: operate | sectorMask | Control.endInterrupt | Control.errorInterrupt | Control.lock, "RM0385 3.7.5, RM0090 3.9.7"),
      Register(
        "OPTCR", at: Offset.optcr, reset: isF7 ? 0xC0FF_AAFD : 0x0FFF_AAED, writable: 1, "RM0385 3.7.6, RM0090 3.9.9"),
    ]
    machine.stall = { [unowned self] _ in waitWithEvents() }
    machine.storeToFlash = { [unowned self] in store($2, to: $0, width: $1) }
    machine.settleFlash = { [unowned self] in settle() }
  }

  var waitStates: UInt32 { access & 0xF }
  var sectorNumber: UInt32 { (control & sectorMask) >> 3 }

  func reset(_ cause: ResetCause) {
    leaveHalfDone()
    if cause == .powerOn { operations = 0 }
    access = 0
    control = Control.lock
    status = 0
    isOptionLocked = true
    keyCount = 0
    optionKeyCount = 0
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.acr: access
    case Offset.sr: status | (operation == nil ? 0 : Status.busy)
    case Offset.cr: control | (isErasing ? Control.start : 0)
    case Offset.optcr: registers[5].reset & ~1 | (isOptionLocked ? 1 : 0)
    default: 0
    }
  }

  private var isErasing: Bool { if case .erase = operation { true } else { false } }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.acr: writeAccess(value)
    case Offset.keyr: takeKey(value)
    case Offset.optkeyr:
      optionKeyCount = Self.next(optionKeyCount, value, Self.optionKeys)
      isOptionLocked = optionKeyCount != 2
    case Offset.sr:
      status &= ~(value & Status.flags)
      updateInterrupt()
    case Offset.cr: writeControl(value)
    case Offset.optcr: if value & 1 != 0 { isOptionLocked = true }
    default: break
    }
  }

  private func writeAccess(_ value: UInt32) {
    let isOtherLatency = (value ^ access) & 0xF != 0
    access = value
    if isOtherLatency { machine.note("flash: \(waitStates) wait states") }
    clocks?.checkLimits()
  }

  private static func next(_ count: Int?, _ key: UInt32, _ keys: [UInt32]) -> Int? {
    guard let count, count < 2, keys[count] == key else { return nil }
    return count + 1
  }

  private func takeKey(_ key: UInt32) {
    guard control & Control.lock != 0 else { return }
    keyCount = Self.next(keyCount, key, Self.keys)
    switch keyCount {
    case 2: control &= ~Control.lock
    case nil: machine.note("flash: a wrong key, 0x\(hex(key)): FLASH_CR stays locked until reset")
    default: break
    }
  }

  /// A write while BSY is set waits for the operation's end.
  private func writeControl(_ value: UInt32) {
    if operation != nil { waitWithinBlock() }
    guard control & Control.lock == 0 else {
      machine.note("flash: FLASH_CR is written while it is locked: ignored")
      return
    }
    control = value & ~Control.start
    if value & Control.lock != 0 { keyCount = keyCount == nil ? nil : 0 }
    if value & Control.start != 0 { startErase() }
  }

  func updateInterrupt() {
    let isEnd = status & Status.endOfOperation != 0 && control & Control.endInterrupt != 0
    let isError = status & Status.operationError != 0 && control & Control.errorInterrupt != 0
    machine.setInterrupt(Self.interrupt, isEnd || isError)
  }

  /// The operation asked for is not begun.
  func fail(_ flag: UInt32, _ text: String) {
    status |= flag | (control & Control.errorInterrupt != 0 ? Status.operationError : 0)
    machine.note("flash: \(text)")
    updateInterrupt()
  }
}
