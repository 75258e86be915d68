/// How long the host's side waits, and for what.
package struct RetryPolicy: Hashable, Sendable, Codable {
  /// Longest time without a connection: for the first hello, and after a line went silent.
  package var connectTimeout: Duration
  /// Longest time from sending a call to its answer while the device is connected.
  package var callTimeout: Duration
  /// Longest time between two answers while samples are on their way and the device is connected.
  package var stepTimeout: Duration
  /// Calls sent before the answer to the first has come.
  package var callsInFlight: Int
  /// Samples handed to the link beyond those that fit into the device's slots, so that the next one
  /// is at hand when a slot becomes free.
  package var samplesAhead: Int
  /// Time between two questions for the device's clock; 2 s when nil. An examination asks more often.
  package var clockInterval: Duration?

  package init(
    connectTimeout: Duration = .seconds(10), callTimeout: Duration = .seconds(30),
    stepTimeout: Duration = .seconds(120), callsInFlight: Int = 4, samplesAhead: Int = 2,
    clockInterval: Duration? = nil
  ) {
    precondition(callsInFlight > 0 && samplesAhead >= 0, "\(callsInFlight) calls in flight")
    self.connectTimeout = connectTimeout
    self.callTimeout = callTimeout
    self.stepTimeout = stepTimeout
    self.callsInFlight = callsInFlight
    self.samplesAhead = samplesAhead
    self.clockInterval = clockInterval
  }
}
