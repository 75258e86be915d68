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
  /// Training steps from one time the device keeps its state through a loss of power to the next; `nil` for never.
  package var keepSteps: Int?

  package init(
    firstPatience: Duration? = .zero, patience: Duration? = .seconds(30),
    futileConnections: Int = 5, retryInterval: Duration = .milliseconds(200),
    keepSteps: Int? = nil
  ) {
    self.firstPatience = firstPatience
    self.patience = patience
    self.futileConnections = futileConnections
    self.retryInterval = retryInterval
    self.keepSteps = keepSteps
  }

  package func keeping(every steps: Int?) -> RunOptions {
    var options = self
    options.keepSteps = steps
    return options
  }
}
