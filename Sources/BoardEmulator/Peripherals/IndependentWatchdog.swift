/// The independent watchdog (RM0385, "IWDG"; RM0090, 21): counts the LSI down and resets the board at 0. Once started,
/// nothing but a reset stops it.
///
/// A write of PR or RLR takes up to five LSI periods of the slowest prescaler to arrive; until then PVU or RVU is set and
/// further writes of that register are lost.
final class IndependentWatchdog: Peripheral {
  private enum Offset {
    static let kr: UInt32 = 0, pr: UInt32 = 4, rlr: UInt32 = 8, sr: UInt32 = 12, winr: UInt32 = 16
  }
  private enum Key {
    static let access: UInt32 = 0x5555, reload: UInt32 = 0xAAAA, start: UInt32 = 0xCCCC
  }
  private static let updatePeriods: UInt64 = 5

  let name = "IWDG"
  let base: UInt32 = 0x4000_3000
  let registers: [Register]
  private unowned let machine: Machine
  private var isUnlocked = false
  private(set) var isRunning = false
  private var prescaler: UInt32 = 0
  private var reload: UInt32 = 0xFFF
  private var prescalerUpdate: VirtualTime = 0
  private var reloadUpdate: VirtualTime = 0
  private var event: Machine.Event?

  init(_ machine: Machine) {
    self.machine = machine
    registers = [
      Register("KR", at: Offset.kr, writable: 0xFFFF, "RM0385 IWDG_KR, RM0090 21.4.1"),
      Register("PR", at: Offset.pr, writable: 7, "RM0385 IWDG_PR, RM0090 21.4.2"),
      Register("RLR", at: Offset.rlr, reset: 0xFFF, writable: 0xFFF, "RM0385 IWDG_RLR, RM0090 21.4.3"),
      Register("SR", at: Offset.sr, readOnly: 7, "RM0385 IWDG_SR, RM0090 21.4.4"),
    ]
  }

  func reset(_ cause: ResetCause) {
    if let event { machine.cancel(event) }
    event = nil
    isUnlocked = false
    isRunning = false
    prescaler = 0
    reload = 0xFFF
    prescalerUpdate = 0
    reloadUpdate = 0
  }

  private func periods(_ count: UInt64) -> VirtualTime {
    let hertz = machine.clocks.hertz(of: name)
    return (count * .milliseconds(1000)).quotientAndRemainder(dividingBy: hertz).quotient
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.pr: prescaler
    case Offset.rlr: reload
    case Offset.sr: (machine.now < prescalerUpdate ? 1 : 0) | (machine.now < reloadUpdate ? 2 : 0)
    default: 0
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.kr: takeKey(value)
    case Offset.pr:
      guard mayWrite("PR", busyUntil: prescalerUpdate) else { return }
      prescaler = value
      prescalerUpdate = machine.now + updateTime
    case Offset.rlr:
      guard mayWrite("RLR", busyUntil: reloadUpdate) else { return }
      reload = value
      reloadUpdate = machine.now + updateTime
    default: break
    }
  }

  /// The clock domain's own divider is the slowest thing in the way: about five periods of LSI / 8.
  private var updateTime: VirtualTime { periods(Self.updatePeriods * 8) }

  private func mayWrite(_ register: String, busyUntil time: VirtualTime) -> Bool {
    if !isUnlocked {
      machine.stop(.brokenRule, "IWDG_\(register) is written without the key: expected 0x5555 in IWDG_KR first")
      return false
    }
    if machine.now < time {
      machine.stop(.brokenRule, "IWDG_\(register) is written while IWDG_SR says that the last write has not arrived: expected to wait for it")
      return false
    }
    return true
  }

  private func takeKey(_ key: UInt32) {
    isUnlocked = key == Key.access
    switch key {
    case Key.start where !isRunning:
      isRunning = true
      machine.note("watchdog: on")
      restart()
    case Key.reload where isRunning: restart()
    default: break
    }
  }

  /// Prescaler 4 to 256.
  private var period: VirtualTime { periods(UInt64(reload + 1) * 4 << UInt64(min(prescaler, 6))) }
  private var notedPeriod: VirtualTime = 0

  private func restart() {
    if let event { machine.cancel(event) }
    if period != notedPeriod {
      notedPeriod = period
      let low = frequency(machine.clocks.hertz(of: name))
      machine.note("watchdog: period \(period / .milliseconds(1)) ms, with this chip's LSI at \(low)")
    }
    event = machine.schedule(after: period) { [unowned self] in machine.requestReset(.independentWatchdog) }
  }
}
