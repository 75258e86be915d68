/// Transmitter and receiver of a USART behind the registers, which differ by generation: 8 data bits, no parity, one stop
/// bit, 16-fold oversampling (RM0385, chapter 31; RM0090, chapter 30).
///
/// Invariants
///   - A byte reaches `receiveData` when its stop bit is over, and only if the receiver was on when its start bit began.
///   - With RXNE set, a further byte is lost and raises ORE; `receiveData` stays (31.5.3, 30.3.3: overrun error).
///   - IDLE is raised once for each silence, one frame after the last byte.
///   - Every flag that rises is counted in `raised`.
final class USARTChannel {
  /// Positions in SR and in ISR.
  struct Flags: OptionSet, Hashable {
    let rawValue: UInt32
    static let framingError = Flags(rawValue: 1 << 1)
    static let noise = Flags(rawValue: 1 << 2)
    static let overrun = Flags(rawValue: 1 << 3)
    static let idle = Flags(rawValue: 1 << 4)
    static let receiveNotEmpty = Flags(rawValue: 1 << 5)
    static let transmissionComplete = Flags(rawValue: 1 << 6)
    static let transmitEmpty = Flags(rawValue: 1 << 7)
    static let errors: Flags = [.framingError, .noise, .overrun]
    static let afterReset: Flags = [.transmissionComplete, .transmitEmpty]
  }

  /// Where the registers of the two generations agree: CR1 but for UE, CR3.
  struct Control: Hashable {
    var isEnabled = false
    var control1: UInt32 = 0
    var control3: UInt32 = 0
    /// BRR: a bit lasts so many cycles of the kernel clock.
    var divider: UInt32 = 0

    var receives: Bool { isEnabled && control1 & 1 << 2 != 0 }
    var transmits: Bool { isEnabled && control1 & 1 << 3 != 0 }
    var requestsReceive: Bool { receives && control3 & 1 << 6 != 0 }
    var requestsTransmit: Bool { transmits && control3 & 1 << 7 != 0 }
  }

  let name: String
  private unowned let machine: Machine
  private let interrupt: Int
  private let requests: DMARequests
  private let receiveRequest: DMARequest
  private let transmitRequest: DMARequest
  /// F4: EIE interrupts only together with DMAR (RM0090, 30.6.6).
  private let needsRequestForErrors: Bool

  /// The other end; none: nothing is connected.
  weak var line: SerialLine?
  var isReceivePinConnected: () -> Bool = { true }
  var isTransmitPinConnected: () -> Bool = { true }

  private(set) var control = Control()
  private(set) var flags = Flags.afterReset
  private(set) var receiveData: UInt8 = 0
  /// How often the firmware could have seen a flag rise.
  private(set) var raised = LineErrors()
  private var transmitData: UInt8?
  private var shiftEvent: Machine.Event?
  private var idleEvent: Machine.Event?
  private var receivesSince: VirtualTime = 0
  private var isIdleDue = false
  /// A fault: neither DMA nor core is told of anything until the receiver has overrun.
  private(set) var isServiceWithheld = false

  init(
    _ machine: Machine, name: String, interrupt: Int, requests: DMARequests, receive: DMARequest, transmit: DMARequest,
    needsRequestForErrors: Bool
  ) {
    self.machine = machine
    self.name = name
    self.interrupt = interrupt
    self.requests = requests
    receiveRequest = receive
    transmitRequest = transmit
    self.needsRequestForErrors = needsRequestForErrors
  }

  /// Of a bit; nil while no rate is set, or one this emulator cannot make.
  var bitTime: VirtualTime? {
    control.divider < 16 ? nil : UInt64(control.divider) * 1_000_000_000_000 / machine.clocks.hertz(of: name)
  }

  func reset() {
    control = Control()
    discard()
    refresh()
  }

  /// UE goes to 0: what is under way is given up, flags are as after reset.
  private func discard() {
    flags = .afterReset
    transmitData = nil
    isIdleDue = false
    isServiceWithheld = false
    if let shiftEvent { machine.cancel(shiftEvent) }
    if let idleEvent { machine.cancel(idleEvent) }
    shiftEvent = nil
    idleEvent = nil
  }

  func set(_ new: Control) {
    let old = control
    control = new
    if new.isEnabled && new.divider < 16 {
      machine.stop(.brokenRule, "\(name)_BRR: found \(new.divider) with UE 1: expected at least 16 with 16-fold oversampling")
    }
    if old.isEnabled && !new.isEnabled { discard() }
    if !old.receives && new.receives { receivesSince = machine.now }
    // An idle frame goes before the first byte (31.5.2, 30.3.2: TE).
    if !old.transmits && new.transmits && shiftEvent == nil { beginShift(nil) }
    refresh()
  }

  func clear(_ cleared: Flags) {
    flags.subtract(cleared)
    refresh()
  }

  /// By the core or the DMA; clears RXNE.
  func takeReceiveData(clearing seen: Flags = []) -> UInt8 {
    flags.subtract(seen.union(.receiveNotEmpty))
    refresh()
    return receiveData
  }

  func putTransmitData(_ byte: UInt8, clearsComplete: Bool) {
    if clearsComplete { flags.remove(.transmissionComplete) }
    guard control.transmits else { return }
    transmitData = byte
    flags.remove(.transmitEmpty)
    if shiftEvent == nil { beginShift(takeTransmitData()) }
    refresh()
  }

  private func takeTransmitData() -> UInt8? {
    flags.insert(.transmitEmpty)
    defer { transmitData = nil }
    return transmitData
  }

  /// nil: an idle frame.
  private func beginShift(_ byte: UInt8?) {
    guard let bitTime else { return }
    let start = machine.now
    shiftEvent = machine.schedule(after: 10 * bitTime) { [unowned self] in
      shiftEvent = nil
      if let byte, isTransmitPinConnected() { line?.transmitted(byte, began: start, bitTime: bitTime) }
      if transmitData != nil {
        if control.transmits { beginShift(takeTransmitData()) }
      } else if byte != nil {
        flags.insert(.transmissionComplete)
      }
      refresh()
    }
  }

  /// A byte has arrived. Called when its stop bit is over.
  func receive(_ character: LineCharacter) {
    guard control.receives, character.began >= receivesSince, isReceivePinConnected() else { return }
    if flags.contains(.receiveNotEmpty) {
      raise(.overrun)
      isServiceWithheld = false
    } else {
      receiveData = character.byte
      flags.insert(.receiveNotEmpty)
      if character.hasFramingError { raise(.framingError) }
      if character.isNoisy { raise(.noise) }
    }
    isIdleDue = true
    if idleEvent == nil { lookForIdle() }
    refresh()
  }

  private func raise(_ flag: Flags) {
    if flags.contains(flag) { return }
    flags.insert(flag)
    raised.count(flag)
  }

  /// Looks again one frame after the line has become silent.
  private func lookForIdle() {
    guard let bitTime else { return }
    let silentAt = (line?.silentSince ?? machine.now) + 10 * bitTime
    idleEvent = machine.schedule(at: silentAt) { [unowned self] in
      idleEvent = nil
      guard isIdleDue, let line, let since = line.silentSince else { return }
      if since + 10 * bitTime > machine.now { return lookForIdle() }
      isIdleDue = false
      flags.insert(.idle)
      refresh()
    }
  }

  func withholdService() {
    isServiceWithheld = true
    refresh()
  }

  /// Tells DMA first, which may clear what the core would be interrupted for.
  private func refresh() {
    let isHeard = !isServiceWithheld
    requests.set(receiveRequest, isHeard && control.requestsReceive && flags.contains(.receiveNotEmpty))
    requests.set(transmitRequest, control.requestsTransmit && flags.contains(.transmitEmpty))
    machine.setInterrupt(interrupt, isHeard && wantsInterrupt)
  }

  private var wantsInterrupt: Bool {
    guard control.isEnabled else { return false }
    // CR1 enables IDLE, RXNE, TC and TXE with the bit that stands at the flag's place.
    if !flags.intersection([.idle, .receiveNotEmpty, .transmissionComplete, .transmitEmpty]).isDisjoint(with: Flags(rawValue: control.control1)) {
      return true
    }
    if flags.contains(.overrun) && control.control1 & 1 << 5 != 0 { return true }
    let hearsErrors = control.control3 & 1 != 0 && (!needsRequestForErrors || control.control3 & 1 << 6 != 0)
    return hearsErrors && !flags.isDisjoint(with: .errors)
  }
}
