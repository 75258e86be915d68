import DeviceLink
import WireProtocol

/// What a run asks of a connection to a device. `LinkConnection` is one; tests script others.
package protocol DeviceConnection: Sendable {
  /// Who the device is and where it stood when the connection was opened.
  var info: Wire.DeviceInfo { get }

  /// Opens a run, or takes up the one of this number; another one that is open is ended first.
  func beginRun(_ request: Wire.RunBegin) async throws(DeviceFailure) -> Wire.RunReport
  /// Ends the open run after the samples sent.
  func endRun() async throws(DeviceFailure) -> Wire.RunReport
  func digest() async throws(DeviceFailure) -> Wire.DigestReport

  /// Returns when the link has taken the sample, which is the back-pressure of a device's queue.
  func send(_ sample: DeviceSample) async throws(DeviceFailure)
  /// What became of the samples sent, in their order.
  func nextAnswer() async throws(DeviceFailure) -> Wire.Step

  /// The whole training state, in digest order.
  /// What is there when it throws stays in `reading`.
  func read(_ reading: inout StateReading) async throws(DeviceFailure)
  /// Overwrites the training state; no run may be open.
  func write(_ writing: inout StateWriting) async throws(DeviceFailure)

  /// Keeps the training state, and where it stands, through a loss of the device's power.
  func keepState() async throws(DeviceFailure) -> Wire.StateKept

  /// What the device tells without being asked; for one reader.
  var events: AsyncStream<DeviceEvent> { get }

  func close() async
}

/// Why a call to a device failed.
package enum DeviceFailure: Error, Hashable, Sendable {
  /// The device is gone, silent or lost its place; a new connection may bring it back.
  case vanished(reason: String)
  /// The device answered, and said no.
  case refused(reason: String)
}

/// How to reach one device, again and again: what a person named with `--device`.
package protocol DeviceSource: Sendable {
  /// What the user called it.
  var name: String { get }

  /// Opens a connection, and returns when the device has said who it is.
  func connect() async throws(DeviceFailure) -> any DeviceConnection
}
