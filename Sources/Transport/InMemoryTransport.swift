/// Two ends of a byte stream inside this process: the loopback device, and tests.
package final class InMemoryTransport: ByteTransport {
  package let name: String
  package let incoming: IncomingBytes
  private let inbound: ByteQueue
  private let outbound: ByteQueue

  private init(name: String, inbound: ByteQueue, outbound: ByteQueue) {
    self.name = name
    self.inbound = inbound
    self.outbound = outbound
    incoming = IncomingBytes(queue: inbound)
  }

  /// Two connected ends. What one writes the other reads; closing either ends both.
  ///
  /// - Parameter capacityBytes: unread bytes from which on `write` of the other end waits.
  package static func pair(
    name: String = "loopback", capacityBytes: Int = 64 * 1024
  ) -> (host: InMemoryTransport, device: InMemoryTransport) {
    let toHost = ByteQueue(limit: capacityBytes)
    let toDevice = ByteQueue(limit: capacityBytes)
    return (
      InMemoryTransport(name: name, inbound: toHost, outbound: toDevice),
      InMemoryTransport(name: name, inbound: toDevice, outbound: toHost)
    )
  }

  package func write(_ bytes: [UInt8]) async throws {
    switch outbound.push(bytes) {
    case .roomLeft: return
    case .ended: throw TransportError.closed(name: name)
    case .full: await outbound.waitUntilDrained()
    }
  }

  package func close() async {
    inbound.finish()
    outbound.finish()
  }
}

extension ByteQueue {
  fileprivate func waitUntilDrained() async {
    await withCheckedContinuation { continuation in
      notifyWhenDrained { continuation.resume() }
    }
  }
}
