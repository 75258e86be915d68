/// The system timer (DDI 0403E, B3.3): counts core cycles down from RVR, pends SysTick at 0.
final class SysTick: Peripheral {
  let name = "SYST"
  let base: UInt32 = 0xE000_E010
  let registers = [
    Register("CSR", at: 0, reset: 4, writable: 7, readOnly: 1 << 16, "DDI 0403E B3.3.3", hasReadEffect: true),
    Register("RVR", at: 4, writable: 0xFF_FFFF, "DDI 0403E B3.3.4"),
    Register("CVR", at: 8, writable: .max, "DDI 0403E B3.3.5"),
    Register("CALIB", at: 12, reset: 0x0000_4650, "DDI 0403E B3.3.6"),
  ]
  private unowned let machine: Machine
  private var control: UInt32 = 4
  private var reload: UInt32 = 0
  private var hasCounted = false
  /// Cycle at which the counter is at 0 next; the counter is that minus now. Stands still while disabled.
  private var zeroCycle: UInt64 = 0
  private var event: Machine.Event?

  init(_ machine: Machine) { self.machine = machine }

  private var isEnabled: Bool { control & 1 != 0 && reload != 0 }

  func reset(_ cause: ResetCause) {
    control = 4
    reload = 0
    hasCounted = false
    cancel()
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0:
      let value = control | (hasCounted ? 1 << 16 : 0)
      hasCounted = false
      return value
    case 4: return reload
    case 8:
      guard isEnabled else { return 0 }
      let now = machine.cycles
      guard now < zeroCycle, zeroCycle - now <= UInt64(reload) else { return 0 }  // the cycle before the reload
      return UInt32(zeroCycle - now)
    default: return registers[3].reset
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case 0:
      if value & 1 != 0 && value & 4 == 0 {
        machine.stop(.notModelled, "SYST_CSR: found CLKSOURCE 0: expected 1, the core's clock")
      }
      let wasEnabled = isEnabled
      control = value & 7
      if isEnabled != wasEnabled { restart() }
    case 4:
      let wasEnabled = isEnabled
      reload = value
      if isEnabled != wasEnabled { restart() }
    default:
      hasCounted = false
      restart()
    }
  }

  /// A write of CVR clears the counter: it reloads at the next cycle.
  private func restart() {
    cancel()
    guard isEnabled else { return }
    zeroCycle = machine.cycles + UInt64(reload) + 1
    reschedule()
  }

  private func cancel() {
    if let event { machine.cancel(event) }
    event = nil
  }

  /// The core's clock has another frequency: the same cycle comes at another time.
  func reschedule() {
    cancel()
    guard isEnabled else { return }
    event = machine.schedule(at: machine.clock.time(ofCycle: zeroCycle)) { [unowned self] in expire() }
  }

  private func expire() {
    hasCounted = true
    if control & 2 != 0 { machine.nvic.pend(NVIC.Exception.sysTick) }
    zeroCycle += UInt64(reload) + 1
    reschedule()
  }
}
