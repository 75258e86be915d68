import Synchronization

/// A source that is fed by hand with records of udev: for tests, and to replay what a user's
/// machine reported.
package final class RecordedPortEventSource: PortEventSource {
  private struct State {
    var inventory = PortInventory()
    var records: [String: UdevRecord] = [:]
    var streams: [Int: AsyncStream<PortEvent>.Continuation] = [:]
    var nextStream = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Plays one record to all streams.
  package func feed(_ record: UdevRecord) {
    state.withLock { state in
      if let key = record.key {
        state.records[key] = record.action == .present ? record : nil
      }
      for event in state.inventory.apply(record) {
        for stream in state.streams.values { stream.yield(event) }
      }
    }
  }

  package func present() -> [PortEvent] {
    state.withLock { state in
      var inventory = PortInventory()
      return inventory.reconcile(Array(state.records.values))
    }
  }

  package func events() -> AsyncStream<PortEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: PortEvent.self)
    let number = state.withLock { state in
      var inventory = PortInventory()
      for event in inventory.reconcile(Array(state.records.values)) { continuation.yield(event) }
      state.nextStream += 1
      state.streams[state.nextStream] = continuation
      return state.nextStream
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.streams.removeValue(forKey: number) }
    }
    return stream
  }
}
