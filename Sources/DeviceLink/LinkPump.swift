/// The tasks that move bytes and watch the clock for a `DeviceLink`.
struct LinkPump {
  /// Reads the transport until it ends.
  var reader: Task<Void, Never>?
  /// Writes frames until there are none.
  var writer: Task<Void, Never>?
  /// Paces the writer; nil where there is no line rate.
  var line: LineClock?
  /// The rate that the line is to have once everything is written.
  var nextBaud: Int?
  /// Sleeps until `wakeAt`.
  var timer: Task<Void, Never>?
  var wakeAt: Duration?
  /// Closes the transport, once the link is over.
  var closer: Task<Void, Never>?

  func cancel() {
    reader?.cancel()
    writer?.cancel()
    timer?.cancel()
  }
}
