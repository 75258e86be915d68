/// One stream of a DMA controller (RM0385, 8.3 and RM0090, 10.3): direct mode, one item for each request.
///
/// Invariants
///   - `CR`, `NDTR` and the addresses change only while EN is 0; only the interrupt enables may at any time.
///   - `remaining` counts items; in circular mode it is never 0 between two items.
struct DMAStream {
  /// Positions within a stream's six bits of LISR and HISR.
  struct Flags: OptionSet {
    let rawValue: UInt32
    static let fifoError = Flags(rawValue: 1)
    static let directModeError = Flags(rawValue: 1 << 2)
    static let transferError = Flags(rawValue: 1 << 3)
    static let halfTransfer = Flags(rawValue: 1 << 4)
    static let transferComplete = Flags(rawValue: 1 << 5)
  }

  /// DMA_SxCR.
  enum Control {
    static let enable: UInt32 = 1
    static let interruptEnables: UInt32 = 0xF << 1  // DMEIE, TEIE, HTIE, TCIE
    static let direction: UInt32 = 3 << 6
    static let memoryToPeripheral: UInt32 = 1 << 6
    static let circular: UInt32 = 1 << 8
    static let peripheralIncrement: UInt32 = 1 << 9
    static let memoryIncrement: UInt32 = 1 << 10
    static let peripheralSize: UInt32 = 3 << 11
    static let memorySize: UInt32 = 3 << 13
    static let priority: UInt32 = 3 << 16
    static let channel: UInt32 = 7 << 25
    static let modelled =
      enable | interruptEnables | direction | circular | peripheralIncrement | memoryIncrement | peripheralSize | memorySize
      | priority | channel
  }

  enum Field: UInt32 { case control = 0, count = 4, peripheralAddress = 8, memoryAddress = 12, secondMemoryAddress = 16, fifo = 20 }

  static let fifoReset: UInt32 = 0x21

  private(set) var control: UInt32 = 0
  private(set) var remaining: UInt32 = 0
  private(set) var peripheralAddress: UInt32 = 0
  private(set) var memoryAddress: UInt32 = 0
  private(set) var fifo = Self.fifoReset
  private var total: UInt32 = 0
  private var nextPeripheralAddress: UInt32 = 0
  private var nextMemoryAddress: UInt32 = 0
  var flags: Flags = []

  var isEnabled: Bool { control & Control.enable != 0 }
  var channel: UInt32 { control >> 25 & 7 }
  var isMemoryToPeripheral: Bool { control & Control.direction == Control.memoryToPeripheral }
  /// In direct mode the memory's width is the peripheral's.
  var width: UInt32 { 1 << (control >> 11 & 3) }

  var wantsInterrupt: Bool {
    let enabled: Flags = Flags(rawValue: control << 1 & 0x3C).intersection([.directModeError, .transferError, .halfTransfer, .transferComplete])
    return !flags.intersection(enabled).isEmpty || (fifo & 0x80 != 0 && flags.contains(.fifoError))
  }

  func read(_ field: Field) -> UInt32 {
    switch field {
    case .control: control
    case .count: remaining
    case .peripheralAddress: peripheralAddress
    case .memoryAddress: memoryAddress
    case .secondMemoryAddress: 0
    case .fifo: fifo
    }
  }

  /// What the write breaks, for people; nil: nothing.
  mutating func write(_ value: UInt32, to field: Field) -> String? {
    if field == .control { return writeControl(value) }
    if isEnabled && read(field) != value { return "is written while EN is 1: expected EN 0, then the write, then EN 1" }
    switch field {
    case .count: remaining = value
    case .peripheralAddress: peripheralAddress = value
    case .memoryAddress: memoryAddress = value
    case .fifo: fifo = value & ~0x38 | Self.fifoReset & 0x38  // FS is read-only
    case .control, .secondMemoryAddress: break
    }
    return nil
  }

  private mutating func writeControl(_ value: UInt32) -> String? {
    let changed = (control ^ value) & ~(Control.enable | Control.interruptEnables)
    let wasEnabled = isEnabled
    if wasEnabled && changed != 0 {
      return "changes bits 0x\(hex(changed)) while EN is 1: expected EN 0, then the write, then EN 1"
    }
    control = value
    if !wasEnabled && isEnabled { return enable() }
    // The end of a transfer that is given up is flagged like any other.
    if wasEnabled && !isEnabled { flags.insert(.transferComplete) }
    return nil
  }

  private mutating func enable() -> String? {
    total = remaining
    nextPeripheralAddress = peripheralAddress
    nextMemoryAddress = memoryAddress
    if !flags.isEmpty { return "sets EN while flags 0x\(hex(flags.rawValue)) of the stream stand: expected them cleared through LIFCR or HIFCR" }
    if remaining == 0 { return "sets EN with NDTR 0: expected items to transfer" }
    if control & Control.direction > Control.memoryToPeripheral { return "sets EN with DIR 2 or 3: this emulator models no memory-to-memory" }
    if width > 4 { return "sets EN with PSIZE 3, which is reserved: expected 0 to 2" }
    if peripheralAddress % width != 0 || memoryAddress % width != 0 { return "sets EN with addresses that PSIZE does not divide" }
    return nil
  }

  /// Source and destination of the next item.
  var nextTransfer: (from: UInt32, to: UInt32) {
    isMemoryToPeripheral ? (nextMemoryAddress, nextPeripheralAddress) : (nextPeripheralAddress, nextMemoryAddress)
  }

  mutating func itemDone() {
    remaining -= 1
    if control & Control.peripheralIncrement != 0 { nextPeripheralAddress &+= width }
    if control & Control.memoryIncrement != 0 { nextMemoryAddress &+= width }
    if remaining == total / 2 { flags.insert(.halfTransfer) }
    guard remaining == 0 else { return }
    flags.insert(.transferComplete)
    if control & Control.circular != 0 {
      remaining = total
      nextPeripheralAddress = peripheralAddress
      nextMemoryAddress = memoryAddress
    } else {
      control &= ~Control.enable
    }
  }

  /// A bus error ends the stream.
  mutating func fail() {
    flags.insert(.transferError)
    control &= ~Control.enable
  }
}
