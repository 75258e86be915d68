/// The wire between a USART and the host's end of it, in virtual time: what the host has written goes over it at the host's
/// rate, what the USART shifts out arrives at the USART's.
///
/// Within 3 % the two ends agree (half a bit in ten, less what sampling costs: RM0385, 31.5.5, RM0090, 30.3.5, tolerance of
/// the receiver); otherwise both read garbage.
package final class SerialLine {
  private unowned let machine: Machine
  private let usart: USARTChannel
  /// Bits per second; nil: whatever the board uses.
  package var hostBaud: Int?
  /// Looks at every character before the board gets it, and may damage it.
  var damage: (inout LineCharacter, _ following: Int) -> Void = { _, _ in }
  /// Since when nothing comes from the host; nil while a character is on its way.
  private(set) var silentSince: VirtualTime? = 0
  package private(set) var bytesToBoard = 0
  package private(set) var bytesFromBoard = 0
  private var waiting: [UInt8] = []
  private var sent = 0
  private var arrived: [UInt8] = []
  private var toBoard = LineSampler()
  private var fromBoard = LineSampler()
  /// While the USART has no rate, bytes are lost at this one.
  private var lastBitTime: VirtualTime = 1_000_000_000_000 / 115_200

  init(_ machine: Machine, usart: USARTChannel) {
    self.machine = machine
    self.usart = usart
    usart.line = self
  }

  /// How often each error flag of the USART has risen.
  package var raised: LineErrors { usart.raised }

  /// Bytes that are not over the line yet, either way.
  package var isBusy: Bool { silentSince == nil || !usart.flags.contains(.transmitEmpty) }

  /// Written by the host, not begun yet.
  package var waitingCount: Int { waiting.count - sent }

  package func write(_ bytes: [UInt8]) {
    if sent == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      sent = 0
    }
    waiting += bytes
    if silentSince != nil { beginCharacter() }
  }

  /// What the host's end has read since it was asked last.
  package func read() -> [UInt8] {
    defer { arrived.removeAll(keepingCapacity: true) }
    return arrived
  }

  /// The host's end is gone, and what it had written with it.
  package func unplug() {
    waiting.removeAll()
    sent = 0
    arrived.removeAll()
  }

  func withholdService() { usart.withholdService() }

  private var hostBitTime: VirtualTime? { hostBaud.map { 1_000_000_000_000 / VirtualTime($0) } }

  private func beginCharacter() {
    guard sent < waiting.count else {
      silentSince = machine.now
      return
    }
    let byte = waiting[sent]
    sent += 1
    silentSince = nil
    if let bitTime = usart.bitTime { lastBitTime = bitTime }
    let (start, bitTime) = (machine.now, hostBitTime ?? lastBitTime)
    machine.schedule(after: 10 * bitTime) { [unowned self] in
      bytesToBoard += 1
      arriveAtBoard(byte, start: start, bitTime: bitTime)
      beginCharacter()
    }
  }

  private func arriveAtBoard(_ byte: UInt8, start: VirtualTime, bitTime: VirtualTime) {
    guard let boardBitTime = usart.bitTime else { return }
    if Self.agree(bitTime, boardBitTime) {
      deliver(LineCharacter(byte: byte, began: start))
    } else {
      toBoard.add(byte, start: start, bitTime: bitTime)
      for character in toBoard.characters(until: machine.now, bitTime: boardBitTime) { deliver(character) }
    }
  }

  private func deliver(_ character: LineCharacter) {
    var character = character
    damage(&character, waitingCount)
    usart.receive(character)
  }

  /// The USART's stop bit is over.
  func transmitted(_ byte: UInt8, began start: VirtualTime, bitTime: VirtualTime) {
    bytesFromBoard += 1
    guard let hostBitTime, !Self.agree(bitTime, hostBitTime) else {
      arrived.append(byte)
      return
    }
    fromBoard.add(byte, start: start, bitTime: bitTime)
    arrived += fromBoard.characters(until: machine.now, bitTime: hostBitTime).map(\.byte)
  }

  private static func agree(_ one: VirtualTime, _ other: VirtualTime) -> Bool {
    max(one, other) - min(one, other) <= other * 3 / 100
  }
}
