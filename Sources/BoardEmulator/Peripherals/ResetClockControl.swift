/// Reset and clock control: oscillators, PLL, system clock, clocks and resets of the peripherals.
///
/// Invariants
///   - An oscillator is ready only after the time the data sheet gives it, and only if the board has one as HSEBYP says.
///   - `system` is what SWS shows: it follows SW as soon as that source is ready.
///   - `checkLimits` holds after every write to RCC, PWR and FLASH_ACR, or the machine has stopped.
final class ResetClockControl: Peripheral, ClockTree {
  enum Source: UInt32 { case hsi, hse, pll }

  static let internalHertz: UInt64 = 16_000_000
  private static let crystalStart: VirtualTime = .milliseconds(2)
  private static let signalStart: VirtualTime = .microseconds(2)
  private static let pllLock: VirtualTime = .microseconds(200)
  private static let lowSpeedStart: VirtualTime = .microseconds(40)

  let name = "RCC"
  let base: UInt32 = 0x4002_3800
  let registers: [Register]
  unowned let machine: Machine
  let power: PowerControl
  let flash: FlashController
  let limits: ClockLimits
  /// By offset / 4: registers whose bits act by being set.
  private var words = [UInt32](repeating: 0, count: 37)
  private var control = Control.reset
  private var status: UInt32 = 0
  private(set) var system = Source.hsi
  private var events: [Source: Machine.Event] = [:]
  /// Of this very chip's LSI: the data sheets promise 17 to 47 kHz.
  let lowSpeedHertz: UInt64

  init(_ machine: Machine, limits: ClockLimits, power: PowerControl, flash: FlashController) {
    self.machine = machine
    self.power = power
    self.flash = flash
    self.limits = limits
    registers = Self.map(hasKernelClockSelection: machine.board.chip.hasCaches)
    lowSpeedHertz = 17_000 + machine.seed &* 0x9E37_79B9_7F4A_7C15 >> 33 % 30_000
    power.clocks = self
    flash.clocks = self
  }

  func reset(_ cause: ResetCause) {
    for event in events.values { machine.cancel(event) }
    events = [:]
    for register in registers { words[Int(register.offset / 4)] = register.reset }
    control = Control.reset
    status &= Status.flags
    switch cause {
    case .powerOn: status = Status.brownOut | Status.pin | Status.powerOn
    case .pin: status |= Status.pin
    // The reset pulse drives the pin low too.
    case .software: status |= Status.software | Status.pin
    case .independentWatchdog: status |= Status.independentWatchdog | Status.pin
    }
    system = .hsi
    machine.setCoreHertz(Self.internalHertz)
  }

  func word(_ offset: UInt32) -> UInt32 { words[Int(offset / 4)] }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.cr: control
    case Offset.cfgr: word(offset) & ~0xC | system.rawValue << 2
    case Offset.csr: status
    default: word(offset)
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.cr: writeControl(value)
    case Offset.pllcfgr: writePLLConfiguration(value)
    case Offset.cfgr: writeConfiguration(value)
    case Offset.ahb1rstr...Offset.apb2rstr: writeResets(value, offset)
    case Offset.csr: writeStatus(value)
    default: words[Int(offset / 4)] = value
    }
  }

  // MARK: Oscillators

  func isReady(_ source: Source) -> Bool {
    switch source {
    case .hsi: control & Control.hsiReady != 0
    case .hse: control & Control.hseReady != 0
    case .pll: control & Control.pllReady != 0
    }
  }

  var isPLLOn: Bool { control & Control.pllOn != 0 }

  private func writeControl(_ value: UInt32) {
    let bypass = Control.hseBypass
    if (value ^ control) & bypass != 0 && control & Control.hseOn != 0 {
      machine.stop(.brokenRule, "RCC_CR: HSEBYP changes while HSEON is set: expected it before HSEON (RM0385 5.3.1, RM0090 6.3.1)")
      return
    }
    control = control & ~bypass | value & bypass
    turn(.hsi, on: value & Control.hsiOn != 0)
    turn(.hse, on: value & Control.hseOn != 0)
    turn(.pll, on: value & Control.pllOn != 0)
  }

  /// A source that feeds the system clock, or the PLL that does, stays on (RM0385 5.3.1).
  private func turn(_ source: Source, on isOn: Bool) {
    let bit = source == .hsi ? Control.hsiOn : source == .hse ? Control.hseOn : Control.pllOn
    guard (control & bit != 0) != isOn else { return }
    if !isOn {
      if system == source || (system == .pll && pllSource == source) { return }
      if let event = events.removeValue(forKey: source) { machine.cancel(event) }
      control &= ~(bit | bit << 1)
      if source == .pll { machine.note("PLL off") }
      return
    }
    control |= bit
    guard let delay = startTime(of: source) else { return }
    events[source] = machine.schedule(after: delay) { [unowned self] in becomeReady(source, bit << 1) }
  }

  private func becomeReady(_ source: Source, _ bit: UInt32) {
    control |= bit
    switch source {
    case .hsi: machine.note("HSI ready: 16 MHz")
    case .hse: machine.note("HSE ready: \(frequency(machine.board.externalClock.hertz))")
    case .pll: machine.note("PLL locked: VCO \(frequency(pll.vco)), \(frequency(pll.output))")
    }
    switchIfReady()
  }

  /// Nil: it never comes.
  private func startTime(of source: Source) -> VirtualTime? {
    switch source {
    case .hsi: return .microseconds(2)
    case .hse:
      if machine.faultInjection.isExternalClockStuck {
        machine.note("HSE never gets ready: the fault asked for")
        return nil
      }
      let isBypassed = control & Control.hseBypass != 0
      switch machine.board.externalClock {
      case .crystal where isBypassed:
        machine.note("HSE never gets ready: HSEBYP is set, and the board has a crystal")
        return nil
      case .signal where !isBypassed:
        machine.note("HSE never gets ready: HSEBYP is clear, and the board has a clock signal on OSC_IN")
        return nil
      case .crystal: return Self.crystalStart
      case .signal: return Self.signalStart
      }
    case .pll: return checkPLL() ? Self.pllLock : nil
    }
  }

  // MARK: System clock

  private func writePLLConfiguration(_ value: UInt32) {
    if value != word(Offset.pllcfgr) && isPLLOn {
      machine.stop(.brokenRule, "RCC_PLLCFGR is changed while PLLON is set: expected the PLL to be off (RM0385 5.3.2, RM0090 6.3.2)")
    }
    words[Int(Offset.pllcfgr / 4)] = value
  }

  private func writeConfiguration(_ value: UInt32) {
    if value & 3 == 3 {
      machine.stop(.brokenRule, "RCC_CFGR: found SW 3, which is not allowed: expected 0, 1 or 2 (RM0385 5.3.3, RM0090 6.3.3)")
      return
    }
    let old = word(Offset.cfgr)
    words[Int(Offset.cfgr / 4)] = value
    if (old ^ value) & 0xF0 != 0 { machine.setCoreHertz(coreHertz) }
    switchIfReady()
    checkLimits()
  }

  private func switchIfReady() {
    guard let target = Source(rawValue: word(Offset.cfgr) & 3), target != system, isReady(target) else { return }
    system = target
    machine.setCoreHertz(coreHertz)
    machine.note(
      "SYSCLK = \("\(target)".uppercased()): HCLK \(frequency(coreHertz)), APB1 \(frequency(apb1Hertz)), APB2 \(frequency(apb2Hertz))")
    checkLimits()
  }

  // MARK: Resets

  private func writeResets(_ value: UInt32, _ offset: UInt32) {
    let old = word(offset)
    words[Int(offset / 4)] = value
    for enable in Self.enables where enable.offset == offset + Offset.enableFromReset {
      guard (value & ~old) >> enable.bit & 1 == 1 else { continue }
      for peripheral in machine.peripherals where peripheral.clockEnable == enable.name { peripheral.reset(.software) }
    }
  }

  private func writeStatus(_ value: UInt32) {
    if value & Status.removeFlags != 0 { status &= ~Status.flags }
    guard (value ^ status) & Status.lsiOn != 0 else { return }
    if value & Status.lsiOn == 0 {
      status &= ~(Status.lsiOn | Status.lsiReady)
    } else {
      status |= Status.lsiOn
      machine.schedule(after: Self.lowSpeedStart) { [unowned self] in
        if status & Status.lsiOn != 0 { status |= Status.lsiReady }
      }
    }
  }

  func isEnabled(_ name: String) -> Bool {
    guard let enable = Self.enables.first(where: { $0.name == name }) else { return false }
    return word(enable.offset) >> enable.bit & 1 == 1
  }
}
