/// The flash interface: wait states and accelerator.
final class FlashController: Peripheral {
  private enum Offset {
    static let acr: UInt32 = 0x00
  }

  let name = "FLASH"
  let base: UInt32 = 0x4002_3C00
  let registers: [Register]
  private unowned let machine: Machine
  weak var clocks: ResetClockControl?
  private var access: UInt32 = 0

  init(_ machine: Machine) {
    self.machine = machine
    // F7: PRFTEN, ARTEN, ARTRST. F4: PRFTEN, ICEN, DCEN, ICRST, DCRST.
    let accelerator: UInt32 = machine.board.chip.hasCaches ? 0x0B00 : 0x1F00
    registers = [Register("ACR", at: Offset.acr, writable: 0xF | accelerator, "RM0385 3.7.1, RM0090 3.9.2")]
  }

  var waitStates: UInt32 { access & 0xF }

  func reset(_ cause: ResetCause) { access = 0 }

  func read(_ offset: UInt32) -> UInt32 { access }

  func write(_ value: UInt32, to offset: UInt32) {
    let isOtherLatency = (value ^ access) & 0xF != 0
    access = value
    if isOtherLatency { machine.note("flash: \(waitStates) wait states") }
    clocks?.checkLimits()
  }
}
