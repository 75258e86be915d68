import NIOCore
import Synchronization

/// The connections of a live source, to hang up on when it closes.
final class LiveSenders: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  /// A connection that comes after the closing is closed at once.
  func add(_ channel: any Channel) {
    let isClosed = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      return state.isClosed
    }
    if isClosed { channel.close(promise: nil) }
  }

  func remove(_ channel: any Channel) {
    _ = state.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Returns when all connections are closed.
  func closeAll() async {
    let channels = state.withLock { state in
      state.isClosed = true
      return Array(state.channels.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(LiveConnection.End()) }
    for channel in channels {
      await withCheckedContinuation { continuation in
        channel.closeFuture.whenComplete { _ in continuation.resume() }
      }
    }
  }
}
