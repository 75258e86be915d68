import Telemetry

/// What others ask of a run while it is under way.
extension TrainingRun {
  /// Ends the run after the samples already sent, with a checkpoint.
  package func stop() {
    machine.stop()
    take(.stop)
  }

  /// Whether the user asked for its end.
  package var isStoppedByUser: Bool { wish == .stop }

  /// As `stop`, but the store keeps the run under way: the next coordinator takes it up.
  package func suspend() {
    guard wish != .stop else { return }
    machine.stop()
    take(.suspend)
  }

  /// Lets the samples on their way come in, takes a checkpoint, and rests; the device keeps its state.
  package func pause() {
    guard !wish.endsRun else { return }
    machine.pause()
    take(.pause)
  }

  /// Ends a pause.
  package func goOn() {
    guard wish == .pause else { return }
    machine.goOn()
    take(.goOn)
  }

  /// All that was sent is in the store.
  func rest(before position: Int) async throws {
    guard wish == .pause else { return }
    try await setState(.paused)
    try await tell(.paused(position: position))
    while wish == .pause { await doze() }
    try await leavePause(before: position)
  }

  /// A device that is away has nothing to finish.
  func restWhileAway() async throws { try await rest(before: machine.durable) }

  /// A run that is suspended stays paused in the store.
  private func leavePause(before position: Int) async throws {
    guard wish == .goOn else { return }
    try await setState(.running)
    try await tell(.goingOn(position: position))
  }
}
