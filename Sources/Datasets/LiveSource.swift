import Foundation
import NIOCore
import NIOPosix

/// Samples that arrive while training runs: a Unix socket on which any program may write JSON
/// lines.
///
/// A line is one sample, see `LiveSampleFormat`. A line that is none is answered with
/// `{"error":"line 3: found …, expected …"}` and skipped. A sender gets
/// `{"accepted":12,"dropped":0,"refused":1}`, sums of its own lines, as often as it reads them while
/// samples are accepted, and once more at the end: when it has finished writing and all its samples are
/// settled, or when the source closes. Samples of several senders mix in the order of arrival. One task
/// reads at a time and accepts what it has made safe; reading throws `CancellationError` when its task
/// is cancelled, and ends after `close()`.
package final class LiveSource: Sendable {
  /// What happens to a sample that finds the queue full.
  package enum FullQueue: Sendable {
    /// Its sender waits, because nothing more is read from it.
    case hold
    /// It is dropped and counted: for sensors that cannot wait.
    case dropNewest
    /// The sample that has waited longest is dropped and counted in its place.
    case dropOldest
  }

  package let path: String
  private let queue: LiveQueue
  private let counter: LiveCounter
  private let senders: LiveSenders
  private let listener: any Channel

  private init(
    path: String, queue: LiveQueue, counter: LiveCounter, senders: LiveSenders,
    listener: any Channel
  ) {
    self.path = path
    self.queue = queue
    self.counter = counter
    self.senders = senders
    self.listener = listener
  }

  /// Listens at `path`, with access for owner and group (0660). A socket that a killed process left
  /// behind is replaced.
  ///
  /// - Parameter capacity: samples that may wait.
  /// - Throws: `DatasetError` of kind `.unreadable`.
  package static func listen(
    path: String, format: LiveSampleFormat, capacity: Int = 64, whenFull: FullQueue = .hold
  ) async throws -> LiveSource {
    let queue = LiveQueue(capacity: capacity)
    let counter = LiveCounter()
    let senders = LiveSenders()
    let socket = try LiveSocket.bind(path: path)
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            LiveConnection(
              format: format, queue: queue, counter: counter, whenFull: whenFull,
              senders: senders))
        }
      }
    do {
      let listener = try await bootstrap.withBoundSocket(socket).get()
      return LiveSource(
        path: path, queue: queue, counter: counter, senders: senders, listener: listener)
    } catch {
      throw LiveSocket.failure(path, "\(error)")
    }
  }

  /// Samples dropped so far because the queue was full.
  package var droppedCount: Int { counter.total.dropped }

  /// Lines refused so far.
  package var refusedCount: Int { counter.total.refused }

  /// Stops listening, tells all senders their sums and hangs up on them. Samples in the queue can still be read.
  package func close() async {
    queue.close()
    listener.close(promise: nil)
    await withCheckedContinuation { continuation in
      listener.closeFuture.whenComplete { _ in continuation.resume() }
    }
    await senders.closeAll()
    // A missing file is what was wanted.
    unlink(path)
  }

  /// The samples that are there, at most `limit`; waits for the first. Empty at the end.
  package func next(_ limit: Int) async throws -> [LiveArrival] {
    guard let first = try await queue.next() else { return [] }
    return [first] + queue.takeAvailable(limit - 1)
  }
}
