/// What can go wrong between this program and a port, each in one sentence.
package enum TransportError: Error, Equatable, CustomStringConvertible {
  /// The device is gone, or the transport was closed on this side.
  case closed(name: String)
  /// The port or socket could not be opened.
  case cannotOpen(name: String, reason: String)
  /// Another process holds the port.
  case inUse(name: String)
  /// The path is no terminal.
  case notASerialPort(name: String)
  /// The driver refused the rate, or silently took another one.
  case unsupportedBaud(name: String, requested: Int, actual: Int?)
  /// Nothing accepted a connection within the time allowed.
  case noConnection(name: String, waited: Duration, reason: String)
  /// Reading or writing failed for a reason other than a vanished device.
  case failed(name: String, reason: String)

  package var description: String {
    switch self {
    case .closed(let name):
      "\(name): the connection is closed: the device is gone or the port was closed here"
    case .cannotOpen(let name, let reason):
      "\(name): cannot be opened: \(reason)"
    case .inUse(let name):
      "\(name): is in use by another process: stop that one first ('fuser -v \(name)' names it)"
    case .notASerialPort(let name):
      "\(name): is no serial port: expected a terminal device such as /dev/ttyACM0"
    case .unsupportedBaud(let name, let requested, let actual):
      "\(name): baud: the driver offers \(actual.map(String.init) ?? "no such rate"), expected "
        + "\(requested): choose a lower rate with --baud"
    case .noConnection(let name, let waited, let reason):
      "\(name): nothing accepted a connection\(waited > .zero ? " within \(waited)" : ""): \(reason)"
    case .failed(let name, let reason):
      "\(name): input or output failed: \(reason)"
    }
  }
}
