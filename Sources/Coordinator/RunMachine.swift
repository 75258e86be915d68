import Telemetry

/// The course of a run as a pure state machine: it holds positions, decides, and does nothing itself.
///
/// Invariants:
/// - `received <= sent`; what lies between is on its way.
/// - A position is sent only while fewer than `window` positions lie behind it that are not both received
///   and durable. `window` is at most the device's ring of records, so every record that a crash of this
///   side loses is still in the device, and a repeat of its position brings it back.
/// - A record is accepted in order only, and journalled once.
/// - A checkpoint is taken, and the device asked to keep its state, when nothing is on its way and everything received is
///   durable: no state that a device kept stands behind what is durable.
package struct RunMachine: Sendable {
  package enum Phase: Hashable, Sendable {
    /// No device; `deviceReady` goes on.
    case waiting
    /// Samples go out and records come in.
    case streaming
    /// A checkpoint is due, the device is to keep its state, or the run is to pause or stop: nothing is sent until all is received and durable.
    case draining
    /// The plan is done or the run was stopped, and the state is safe in the store.
    case closed
  }

  /// What the shell is to do now.
  package enum Action: Hashable, Sendable {
    /// Send the sample of this position.
    case send(Int)
    /// Write these records to the store, then say `journalled`.
    case journal([StepRecord])
    /// Copy the training state, which stands before this position, then say `checkpointed`.
    case checkpoint(Int)
    /// Have the device keep its state, which stands before this position, then say `kept`.
    case keep(Int)
    /// Nothing is on its way, and the next sample has not come in yet.
    case awaitSample
    /// Paused, and all that was sent is safe: wait until the run is to go on or to stop.
    case rest(Int)
    /// Nothing until something happens.
    case wait
    /// All is done: close the run.
    case close
  }

  /// What becomes of a record.
  package enum Receipt: Hashable, Sendable {
    /// The next one in order.
    case accepted
    /// Known already.
    case repeated
    /// Not the next one: the connection has lost records.
    case outOfOrder(expected: Int)
  }

  package let plan: TrainingPlan
  package private(set) var phase = Phase.waiting
  /// First position not sent, not received, not journalled.
  package private(set) var sent = 0
  package private(set) var received = 0
  package private(set) var durable: Int
  /// Position of the newest checkpoint.
  package private(set) var checkpoint: Int?
  private var window = 1
  private var pending: [StepRecord] = []
  private var isStopping = false
  private var isPausing = false
  /// First position whose sample is not there yet.
  private var supplied: Int
  /// Where the device stood when it became ready: its state is that of no position before, so it is not copied before
  /// all up to here were sent again.
  private var deviceStart = 0
  /// Training steps from one time the device keeps its state to the next; nil for never.
  private var keepSteps: Int?
  /// Before which position it is to do so next.
  private var nextKeep: Int?

  /// - Parameters:
  ///   - durable: first position the store has no record of.
  ///   - checkpoint: position of the newest checkpoint in the store.
  ///   - keepSteps: after how many training steps the device is to keep its state, again and again; nil for never.
  package init(plan: TrainingPlan, durable: Int, checkpoint: Int?, keepSteps: Int? = nil) {
    self.plan = plan
    self.keepSteps = keepSteps
    self.durable = durable
    self.checkpoint = checkpoint
    supplied = plan.count
  }

  /// Whether the next sample has still to come in, and nothing else is asked for.
  package var isAwaitingSample: Bool { !isStopping && !isPausing && sent >= supplied && sent < plan.count }

  package var isStopped: Bool { isStopping && phase == .closed && sent < plan.count }

  /// The device stands before `position` (after a restore, if there was one) and takes samples.
  package mutating func deviceReady(at position: Int, recordSlots: Int) {
    precondition(phase == .waiting && pending.isEmpty, "a device became ready in phase \(phase)")
    window = max(1, recordSlots)
    received = min(position, durable)
    sent = received
    deviceStart = min(position, supplied)
    nextKeep = keepSteps.flatMap { plan.nextStop(every: $0, after: position) }
    phase = .streaming
  }

  /// The device is gone. What was received is kept; what was on its way is asked for again. Also when the plan is done
  /// and the device vanished before it said so: the next one is asked again.
  package mutating func deviceLost() { phase = .waiting }

  /// Ends the run after the samples already sent.
  package mutating func stop() { isStopping = true }

  /// Sends nothing more until `goOn`; what is on its way comes in, and the state is copied.
  package mutating func pause() { isPausing = true }

  package mutating func goOn() { isPausing = false }

  /// Samples of a live run have come in: all before `position` are there.
  package mutating func supply(before position: Int) { supplied = position }

  /// What to do now; to be asked again until it says `.wait` or `.close`.
  package mutating func next() -> Action {
    if isJournalDue { return .journal(pending) }
    switch phase {
    case .waiting: return .wait
    case .closed: return .close
    case .streaming, .draining: return nextWithDevice()
    }
  }

  private mutating func nextWithDevice() -> Action {
    let isHalted = sent == boundary || (isStopping || isPausing) && sent >= deviceStart
    let mustDrain = isHalted || sent == nextKeep
    phase = mustDrain ? .draining : .streaming
    guard mustDrain else { return nextWhileStreaming() }
    guard received == sent else { return .wait }
    if isHalted, needsCheckpoint { return .checkpoint(received) }
    if sent == nextKeep { return .keep(received) }
    guard isStopping || sent == plan.count else {
      precondition(isPausing, "closed before position \(sent) of \(plan.count)")
      return .rest(sent)
    }
    phase = .closed
    return .close
  }

  private mutating func nextWhileStreaming() -> Action {
    guard sent < supplied else { return received == sent ? .awaitSample : .wait }
    return sent - min(received, durable) < window ? .send(takePosition()) : .wait
  }

  private mutating func takePosition() -> Int {
    defer { sent += 1 }
    return sent
  }

  /// Where sending pauses next: before a checkpoint, or at the end.
  package var boundary: Int { plan.nextCheckpoint(after: checkpoint ?? 0) ?? plan.count }

  /// Whether the state at `received` has still to be copied. Evaluations leave the state as it is.
  private var needsCheckpoint: Bool {
    guard received > plan.training.lowerBound else { return false }
    return (checkpoint ?? 0) < min(received, plan.training.upperBound)
  }

  /// Records go to the store in groups of half a window, and whatever is there when nothing is on its way.
  private var isJournalDue: Bool {
    !pending.isEmpty && (pending.count >= max(1, window / 2) || received == sent || phase == .waiting)
  }

  package mutating func received(_ record: StepRecord) -> Receipt {
    guard record.position >= received else { return .repeated }
    guard record.position == received else { return .outOfOrder(expected: received) }
    received += 1
    if record.position >= durable { pending.append(record) }
    return .accepted
  }

  /// The records of the last `.journal` are on disk.
  package mutating func journalled() {
    durable += pending.count
    pending = []
  }

  /// The state before `position` is on disk.
  package mutating func checkpointed(at position: Int) { checkpoint = position }

  /// The device has kept the state before `position`, or has failed to.
  package mutating func kept(at position: Int) {
    nextKeep = keepSteps.flatMap { plan.nextStop(every: $0, after: position) }
  }

  /// The device cannot keep its state: it is not asked again.
  package mutating func stopKeeping() { (keepSteps, nextKeep) = (nil, nil) }

  /// Newer checkpoints than the one before `position` turned out to be damaged.
  package mutating func goBack(to position: Int?) { checkpoint = position }
}
