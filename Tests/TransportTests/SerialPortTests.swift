import Foundation
import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct SerialPortTests {
  @Test func port_carriesEveryByteValueBothWays() async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    // Every value, among them those a terminal in cooked mode would act on or alter.
    let all = (0...255).map { UInt8($0) }
    try await port.write(all)
    #expect(try await read(256, from: cable) == all)
    try await cable.write(all)
    #expect(try await read(256, from: port) == all)
    await port.close()
    await cable.close()
  }

  @Test func port_holdsBackAWriterWithoutLosingBytes() async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    let sent = bytes(count: 1_000_000, seed: 2)
    async let writing: Void = cable.write(sent)
    #expect(try await read(sent.count, from: port) == sent)
    try await writing
    async let answering: Void = port.write(sent)
    #expect(try await read(sent.count, from: cable) == sent)
    try await answering
    await port.close()
    await cable.close()
  }

  @Test func port_doesNotEchoWhatArrivedBefore() async throws {
    let cable = try await PseudoTerminal.open()
    try await cable.write([1, 2, 3])
    let port = try await SerialPort.open(path: cable.devicePath, baud: 115_200)
    try await cable.write([4])
    #expect(try await next(of: port)?.last == 4)
    try await port.write([9])
    #expect(try await next(of: cable) == [9])
    await port.close()
    await cable.close()
  }

  @Test func unplugging_endsTheStreamAndRefusesWrites() async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    await cable.close()
    #expect(try await next(of: port) == nil)
    #expect(try await transportError { try await port.write([1]) } == .closed(name: port.name))
    await port.close()
    #expect(port.baud == 0)
    #expect(port.unsentByteCount == 0)
  }

  /// An unplug at many places in a stream: what was read is a prefix of what was sent.
  @Test(arguments: (0..<200).map { $0 * 20 }) func unplugging_cutsNothingButTheEnd(
    afterByte count: Int
  ) async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    let sent = bytes(count: 4000, seed: UInt64(count))
    try await cable.write(Array(sent.prefix(count)))
    var received = try await read(count, from: port)
    try await cable.write(Array(sent.dropFirst(count)))
    await cable.close()
    while let chunk = try await next(of: port) { received += chunk }
    #expect(received.count >= count)
    #expect(received == Array(sent.prefix(received.count)))
    await port.close()
  }

  @Test func unplugging_releasesAWriterThatWaits() async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    let writer = Task { try await port.write([UInt8](repeating: 1, count: 8 << 20)) }
    _ = try await next(of: cable)
    await cable.close()
    #expect(try await transportError { try await writer.value } == .closed(name: port.name))
    await port.close()
  }

  @Test func close_releasesAWriterThatWaits() async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    let writer = Task { try await port.write([UInt8](repeating: 1, count: 8 << 20)) }
    _ = try await next(of: cable)
    await port.close()
    #expect(try await transportError { try await writer.value } == .closed(name: port.name))
    await cable.close()
  }

  @Test func port_isRefusedWhileAnotherHoldsIt_andFreeAfterClose() async throws {
    let cable = try await PseudoTerminal.open()
    let first = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    #expect(
      try await transportError {
        try await SerialPort.open(path: cable.devicePath, baud: 921_600)
      } == .inUse(name: cable.devicePath))
    await first.close()
    let second = try await SerialPort.open(path: cable.devicePath, baud: 921_600)
    try await second.write([3])
    #expect(try await next(of: cable) == [3])
    await second.close()
    await cable.close()
  }

  @Test(arguments: [115_200, 921_600, 1_000_000, 1_228_800, 1_500_000, 2_000_000])
  func baud_isSetAsANumber(_ baud: Int) async throws {
    let cable = try await PseudoTerminal.open()
    let port = try await SerialPort.open(path: cable.devicePath, baud: 9600)
    #expect(port.baud == 9600)
    try await port.setBaud(baud)
    #expect(port.baud == baud)
    await port.close()
    await cable.close()
  }

  @Test(arguments: [0, -1, 1 << 40]) func baud_refusesWhatIsNoRate(_ baud: Int) async throws {
    let cable = try await PseudoTerminal.open()
    let error = try await transportError {
      try await SerialPort.open(path: cable.devicePath, baud: baud)
    }
    #expect(
      error == .unsupportedBaud(name: cable.devicePath, requested: baud, actual: nil))
    await cable.close()
  }

  @Test(arguments: [
    ("/dev/null", "/dev/null: is no serial port: expected a terminal device such as /dev/ttyACM0"),
    (
      "/dev/fieldtune-absent",
      "/dev/fieldtune-absent: cannot be opened: no such device: is the board plugged in?"
    ),
  ])
  func open_refusesInOneSentence(path: String, sentence: String) async throws {
    let error = try await transportError { try await SerialPort.open(path: path, baud: 115_200) }
    #expect(error.description == sentence)
  }

  @Test func ports_leakNoDescriptors() async throws {
    func openClose() async throws {
      let cable = try await PseudoTerminal.open()
      let path = cable.devicePath
      let port = try await SerialPort.open(path: path, baud: 115_200)
      _ = try? await SerialPort.open(path: path, baud: 115_200)
      await port.close()
      await cable.close()
    }
    func pseudoTerminalCount() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/dev/pts").count
    }
    let before = try pseudoTerminalCount()
    for _ in 0..<50 { try await openClose() }
    // Other tests open some at the same time.
    #expect(try pseudoTerminalCount() < before + 40)
  }
}
