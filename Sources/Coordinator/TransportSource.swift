import DeviceLink
import Transport

/// A device behind a transport that can be opened again: a port, a socket, the loopback.
package struct TransportSource: DeviceSource {
  package let name: String
  private let policy: RetryPolicy
  private let trace: LinkTrace?
  private let open: @Sendable () async throws -> any ByteTransport

  /// - Parameters:
  ///   - trace: records all connections.
  ///   - open: finds and opens the transport; called for every connection.
  package init(
    name: String, policy: RetryPolicy = RetryPolicy(), trace: LinkTrace? = nil,
    open: @escaping @Sendable () async throws -> any ByteTransport
  ) {
    self.name = name
    self.policy = policy
    self.trace = trace
    self.open = open
  }

  package func connect() async throws(DeviceFailure) -> any DeviceConnection {
    let transport: any ByteTransport
    do {
      transport = try await open()
    } catch {
      throw .vanished(reason: "\(error)")
    }
    return try await LinkConnection.open(transport, policy: policy, trace: trace)
  }
}
