/// A device as the daemon knows it.
package struct DeviceSummary: Hashable, Sendable, Codable {
  package enum State: String, Hashable, Sendable, Codable {
    /// It is being greeted.
    case checking
    /// It answered and has nothing to do.
    case ready
    /// A run is on it.
    case busy
    /// It was greeted and did not answer as a device of ours; `detail` says why.
    case silent
    /// Not written to, because it may be somebody else's; `detail` says what to do.
    case left
    /// A probe without a serial port.
    case portless
  }

  /// What `--device` takes: the same at whatever socket the board is plugged in.
  package var id: String
  /// Where it is now; `nil` for a probe without a port.
  package var path: String?
  package var product: String?
  package var state: State
  /// As it said of itself; empty until it answered.
  package var board: String
  package var firmware: String
  /// Why it is not ready and what to do, as one sentence; empty otherwise.
  package var detail: String
  /// The run that is on it.
  package var run: Int64?

  package init(
    id: String, path: String?, product: String? = nil, state: State, board: String = "", firmware: String = "",
    detail: String = "", run: Int64? = nil
  ) {
    self.id = id
    self.path = path
    self.product = product
    self.state = state
    self.board = board
    self.firmware = firmware
    self.detail = detail
    self.run = run
  }
}
