import WireProtocol

/// The callers that wait for something: the storage behind the face.
///
/// Invariants:
/// - A call's result is handed over once: to its waiter, or kept until the waiter comes.
/// - After the conversation is over, nobody is left waiting.
struct Waiters {
  typealias CallResult = Result<Wire.Message, DeviceLinkError>
  typealias Answers = AsyncThrowingStream<SampleAnswer, any Error>

  private enum Place {
    /// Asked, not answered; the caller has not begun to wait.
    case open
    case waiting(CheckedContinuation<CallResult, Never>)
    case done(CallResult)
  }

  private var calls: [Conversation.CallID: Place] = [:]
  private var sleepers: [CheckedContinuation<Void, Never>] = []
  private var answers: Answers.Continuation?

  mutating func open(_ ids: [Conversation.CallID]) {
    for id in ids { calls[id] = .open }
  }

  mutating func finish(_ id: Conversation.CallID, _ result: CallResult) {
    switch calls[id] {
    case .waiting(let continuation):
      calls[id] = nil
      continuation.resume(returning: result)
    case .open: calls[id] = .done(result)
    case .done, nil: preconditionFailure("call \(id.number) is answered twice")
    }
  }

  /// Resumes `continuation` with the call's result, now or when it comes.
  mutating func wait(for id: Conversation.CallID, _ continuation: CheckedContinuation<CallResult, Never>) {
    switch calls[id] {
    case .open: calls[id] = .waiting(continuation)
    case .done(let result):
      calls[id] = nil
      continuation.resume(returning: result)
    case .waiting, nil: preconditionFailure("call \(id.number) is awaited twice")
    }
  }

  mutating func sleep(_ continuation: CheckedContinuation<Void, Never>) {
    sleepers.append(continuation)
  }

  /// Everyone who waits for phase or window looks again.
  mutating func wake() {
    let woken = sleepers
    sleepers = []
    for continuation in woken { continuation.resume() }
  }

  /// A stream for the run that begins; that of an older run ends.
  mutating func openAnswers() -> Answers {
    answers?.finish()
    let (stream, continuation) = Answers.makeStream()
    answers = continuation
    return stream
  }

  func answer(_ answer: SampleAnswer) {
    answers?.yield(answer)
  }

  mutating func endAnswers(_ error: DeviceLinkError?) {
    answers?.finish(throwing: error)
    answers = nil
  }
}
