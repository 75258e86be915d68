/// The bytes of a `ByteTransport` in order of arrival.
///
/// An element is all that arrived since the last one, so chunks say nothing about how the sender
/// wrote them. Reading throws `CancellationError` when its task is cancelled; no byte is lost then,
/// and another task may go on reading.
package struct IncomingBytes: AsyncSequence, Sendable {
  package typealias Element = [UInt8]

  let queue: ByteQueue

  package struct AsyncIterator: AsyncIteratorProtocol {
    let queue: ByteQueue

    package mutating func next() async throws -> [UInt8]? {
      try await queue.next()
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(queue: queue)
  }
}
