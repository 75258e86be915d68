/// A DMA controller with its eight streams (RM0385, chapter 8; RM0090, chapter 10).
///
/// An item is moved at the moment of its request; the bus it takes from the core is not modelled. Requests wait while a
/// fault withholds them (`USART.withholdService`).
final class DMA: Peripheral {
  let name: String
  let base: UInt32
  let registers: [Register]
  let clockEnable: String?
  private unowned let machine: Machine
  private let number: Int
  private let requests: DMARequests
  private var streams = Array(repeating: DMAStream(), count: 8)

  /// Position of a stream's flags within LISR or HISR.
  private static let shifts: [UInt32] = [0, 6, 16, 22, 0, 6, 16, 22]
  /// RM0385, table of vectors (10.1.2); RM0090, 12.1.3. By controller and stream.
  private static let interrupts = [1: [11, 12, 13, 14, 15, 16, 17, 47], 2: [56, 57, 58, 59, 60, 68, 69, 70]]

  init(_ machine: Machine, number: Int, base: UInt32, requests: DMARequests) {
    self.machine = machine
    self.number = number
    self.base = base
    self.requests = requests
    name = "DMA\(number)"
    clockEnable = "DMA\(number)EN"
    registers = Self.map
  }

  private static let map: [Register] =
    [
      Register("LISR", at: 0, readOnly: .max, "RM0385 8.5.1, RM0090 10.5.1"), Register("HISR", at: 4, readOnly: .max, "RM0385 8.5.2, RM0090 10.5.2"),
      Register("LIFCR", at: 8, writable: 0x0F7D_0F7D, "RM0385 8.5.3, RM0090 10.5.3"),
      Register("HIFCR", at: 12, writable: 0x0F7D_0F7D, "RM0385 8.5.4, RM0090 10.5.4"),
    ]
    + (0..<8).flatMap { stream in
      let start = 0x10 + 0x18 * UInt32(stream)
      return [
        Register("S\(stream)CR", at: start, writable: DMAStream.Control.modelled, "RM0385 8.5.5, RM0090 10.5.5"),
        Register("S\(stream)NDTR", at: start + 4, writable: 0xFFFF, "RM0385 8.5.6, RM0090 10.5.6"),
        Register("S\(stream)PAR", at: start + 8, writable: .max, "RM0385 8.5.7, RM0090 10.5.7"),
        Register("S\(stream)M0AR", at: start + 12, writable: .max, "RM0385 8.5.8, RM0090 10.5.8"),
        Register("S\(stream)M1AR", at: start + 16, "RM0385 8.5.9, RM0090 10.5.9"),
        // DMDIS stays 0: the FIFO is not modelled, FTH means nothing without it.
        Register(
          "S\(stream)FCR", at: start + 20, reset: DMAStream.fifoReset, writable: 0x83, readOnly: 0x38, "RM0385 8.5.10, RM0090 10.5.10"),
      ]
    }

  func reset(_ cause: ResetCause) {
    streams = Array(repeating: DMAStream(), count: 8)
    for stream in 0..<8 { refreshInterrupt(stream) }
  }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case 0: flags(of: 0..<4)
    case 4: flags(of: 4..<8)
    case 8, 12: 0
    default: Self.place(offset).map { streams[$0.stream].read($0.field) } ?? 0
    }
  }

  private func flags(of range: Range<Int>) -> UInt32 {
    range.reduce(0) { $0 | streams[$1].flags.rawValue << Self.shifts[$1] }
  }

  private static func place(_ offset: UInt32) -> (stream: Int, field: DMAStream.Field)? {
    DMAStream.Field(rawValue: (offset - 0x10) % 0x18).map { (Int(offset - 0x10) / 0x18, $0) }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case 0, 4: break
    case 8: clear(value, of: 0..<4)
    case 12: clear(value, of: 4..<8)
    default:
      guard let (stream, field) = Self.place(offset) else { return }
      if let broken = streams[stream].write(value, to: field) {
        let register = registers.first { $0.offset == offset }?.name ?? ""
        machine.stop(.brokenRule, "\(name)_\(register): a write of 0x\(hex(value)) \(broken)")
        return
      }
      refreshInterrupt(stream)
      if field == .control { serveWaiting(stream) }
    }
  }

  private func clear(_ value: UInt32, of range: Range<Int>) {
    for stream in range {
      streams[stream].flags.subtract(DMAStream.Flags(rawValue: value >> Self.shifts[stream] & 0x3D))
      refreshInterrupt(stream)
    }
  }

  private func refreshInterrupt(_ stream: Int) {
    if let interrupt = Self.interrupts[number]?[stream] { machine.setInterrupt(interrupt, streams[stream].wantsInterrupt) }
  }

  private func request(of stream: Int) -> DMARequest? {
    DMARequestMapping.request(controller: number, stream: stream, channel: streams[stream].channel)
  }

  private func serveWaiting(_ stream: Int) {
    guard streams[stream].isEnabled, let request = request(of: stream), requests.isHigh(request) else { return }
    serve(request)
  }

  func serve(_ request: DMARequest) {
    for mapping in DMARequestMapping.all where mapping.request == request && mapping.controller == number {
      let stream = mapping.stream
      var items = 0
      while streams[stream].isEnabled, streams[stream].channel == mapping.channel, requests.isHigh(request), machine.finding == nil {
        moveItem(stream)
        items += 1
        // A USART takes or gives two bytes at once at most: its two registers.
        if items > 4 {
          machine.stop(.brokenRule, "\(name)_S\(stream)PAR: found 0x\(hex(streams[stream].peripheralAddress)): expected the data register whose request the stream serves")
        }
      }
    }
  }

  private func moveItem(_ stream: Int) {
    let (source, destination) = streams[stream].nextTransfer
    let width = streams[stream].width
    if let value = machine.masterRead(source, width: width, by: name) {
      // The item is counted before the write, whose effect may be the next request.
      streams[stream].itemDone()
      if !machine.masterWrite(value, to: destination, width: width, by: name) { streams[stream].fail() }
    } else {
      streams[stream].fail()
    }
    refreshInterrupt(stream)
  }
}
