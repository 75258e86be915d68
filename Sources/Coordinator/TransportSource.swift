import DeviceLink
import Transport

/// A device behind a transport that can be opened again: a port, a socket, the loopback.
package struct TransportSource: DeviceSource {
  package let name: String
  private let policy: RetryPolicy
  private let trace: LinkTrace?
  private let search: LineSearch?
  private let triesEveryRate: Bool
  private let obituary: (@Sendable () -> String?)?
  private let open: @Sendable () async throws -> any ByteTransport

  /// - Parameters:
  ///   - trace: records all connections.
  ///   - search: how a port's speed is found; nil to leave it as `open` set it.
  ///   - triesEveryRate: of the device's ladder, once it is connected; for an examination.
  ///   - obituary: of a device that is a process, why it has ended; nil while it lives.
  ///   - open: finds and opens the transport; called for every connection.
  package init(
    name: String, policy: RetryPolicy = RetryPolicy(), trace: LinkTrace? = nil, search: LineSearch? = nil,
    triesEveryRate: Bool = false, obituary: (@Sendable () -> String?)? = nil,
    open: @escaping @Sendable () async throws -> any ByteTransport
  ) {
    self.name = name
    self.policy = policy
    self.trace = trace
    self.search = search
    self.triesEveryRate = triesEveryRate
    self.obituary = obituary
    self.open = open
  }

  package func connect() async throws(DeviceFailure) -> any DeviceConnection { try await connectLink() }

  /// As `connect`, for those who ask about the line.
  package func connectLink() async throws(DeviceFailure) -> LinkConnection {
    let transport: any ByteTransport
    let probe: String?
    do {
      probe = try search?.probe()
      transport = try await open()
    } catch {
      throw .vanished(reason: "\(error)")
    }
    var speed = probe.flatMap { search?.speeds.plan(for: $0) }
    if triesEveryRate { speed = SpeedPlan(standardBaud: LineRate.standardBaud, triesEveryRate: true) }
    let connection: LinkConnection
    do throws(DeviceFailure) {
      connection = try await LinkConnection.open(transport, policy: policy, speed: speed, trace: trace)
    } catch .vanished(let reason) {
      throw .vanished(reason: obituary?() ?? reason)
    }
    if let probe { search?.speeds.remember(await connection.link.bestBaud, for: probe) }
    return connection
  }
}
