/// How a run is driven; none of it changes its numbers.
package struct RunOptions: Hashable, Sendable {
  /// How long to try for the first connection, `nil` for without end; one attempt is always made.
  package var firstPatience: Duration?
  /// How long a device may stay away in mid-run before the run is stopped; `nil` for without end.
  package var patience: Duration?
  /// How many connections in a row may be lost without one new record before the run is stopped.
  package var futileConnections: Int
  /// Time between two attempts to reach it.
  package var retryInterval: Duration

  package init(
    firstPatience: Duration? = .zero, patience: Duration? = .seconds(30),
    futileConnections: Int = 5, retryInterval: Duration = .milliseconds(200)
  ) {
    self.firstPatience = firstPatience
    self.patience = patience
    self.futileConnections = futileConnections
    self.retryInterval = retryInterval
  }
}
