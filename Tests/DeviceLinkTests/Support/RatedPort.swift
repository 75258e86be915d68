import Synchronization
import Transport

/// A port on which nothing is heard that was sent at another rate than the device has, as on a real
/// line; a terminal of the kernel carries everything at any rate.
final class RatedPort: SerialLine {
  private let port: SerialPort
  private let rate: Mutex<Int>
  /// What the line was set to, in order.
  private let tried = Mutex<[Int]>([])

  init(_ port: SerialPort, deviceBaud: Int) {
    self.port = port
    rate = Mutex(deviceBaud)
  }

  var deviceBaud: Int {
    get { rate.withLock(\.self) }
    set { rate.withLock { $0 = newValue } }
  }

  var name: String { port.name }
  var incoming: IncomingBytes { port.incoming }
  var baud: Int { port.baud }
  var unsentByteCount: Int { port.unsentByteCount }

  func write(_ bytes: [UInt8]) async throws {
    if port.baud == deviceBaud { try await port.write(bytes) }
  }

  var triedBauds: [Int] { tried.withLock(\.self) }

  func setBaud(_ baud: Int) async throws {
    tried.withLock { $0.append(baud) }
    try await port.setBaud(baud)
  }

  func close() async { await port.close() }
}
