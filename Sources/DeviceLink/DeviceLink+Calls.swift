import WireProtocol

/// Waiting for answers.
extension DeviceLink {
  /// Sends a request and waits for its answer.
  func call(_ request: Wire.Message) async throws(DeviceLinkError) -> Wire.Message {
    try await result(of: ask([request])[0]).get()
  }

  /// Sends requests, several of them at once, and waits for all answers.
  func call(_ requests: [Wire.Message]) async throws(DeviceLinkError) -> [Wire.Message] {
    var results: [Waiters.CallResult] = []
    for id in ask(requests) { results.append(await result(of: id)) }
    var answers: [Wire.Message] = []
    for result in results { answers.append(try result.get()) }
    return answers
  }

  func ask(_ requests: [Wire.Message]) -> [Conversation.CallID] {
    let (ids, effects) = send(requests)
    waiters.open(ids)
    perform(effects)
    service()
    return ids
  }

  func result(of id: Conversation.CallID) async -> Waiters.CallResult {
    await withCheckedContinuation { waiters.wait(for: id, $0) }
  }

  /// Returns when phase or window may have changed.
  func sleep() async {
    await withCheckedContinuation { waiters.sleep($0) }
  }
}
