import Coordinator
import DeviceLink
import Logging
import Transport

/// The ports of this machine, who is behind them, and which run has which device.
///
/// Invariants:
/// - Nothing is written to a port that the policy leaves alone, unless a client names it.
/// - A device has one claim at most; a claimed port is not greeted.
actor DeviceRoster {
  /// The right to use a device.
  struct Claim: Hashable, Sendable {
    /// The same for every way to name the device.
    let key: String
    /// What the user calls it.
    let name: String
  }

  private struct Entry {
    let port: Port
    var summary: DeviceSummary
  }

  private static let greetingPolicy = RetryPolicy(connectTimeout: .seconds(3))
  /// Until a failed source of events is asked again.
  private static let sourceRetryInterval = Duration.seconds(10)

  private let policy: AdoptionPolicy
  private let baud: LineRate
  private let speeds: LineSpeeds
  private let logger: Logger
  /// By path: boards without a serial number share an id.
  private var entries: [String: Entry] = [:]
  private var probes: [PortlessProbe: DeviceSummary] = [:]
  /// Claims by key, and the run of each once it has an id.
  private var claims: [String: (claim: Claim, run: Int64?)] = [:]
  private var loopbacks = 0

  init(policy: AdoptionPolicy, baud: LineRate, speeds: LineSpeeds, logger: Logger) {
    self.policy = policy
    self.baud = baud
    self.speeds = speeds
    self.logger = logger
  }

  /// Follows what is plugged and unplugged, until the task is cancelled.
  func follow(_ source: any PortEventSource) async {
    while !Task.isCancelled {
      do {
        for await event in try source.events() { take(event) }
        try await Task.sleep(for: Self.sourceRetryInterval)
      } catch is CancellationError {
        return
      } catch {
        logger.warning("ports cannot be watched", metadata: ["reason": "\(error)"])
        do { try await Task.sleep(for: Self.sourceRetryInterval) } catch { return }
      }
    }
  }

  /// All devices, those with a port in order of its path.
  func summaries() -> [DeviceSummary] {
    let ports = entries.values.sorted { $0.port.devicePath < $1.port.devicePath }.map { entry in
      var summary = entry.summary
      if let holder = claims[Self.key(of: entry.port)] {
        summary.state = .busy
        summary.run = holder.run
      }
      return summary
    }
    let listed = Set(entries.values.map { Self.key(of: $0.port) })
    let others = claims.filter { !listed.contains($0.key) }.sorted { $0.key < $1.key }
      .map { DeviceSummary(id: $0.key, path: nil, product: $0.value.claim.name, state: .busy, run: $0.value.run) }
    return ports + others + probes.values.sorted { $0.id < $1.id }
  }

  /// - Parameter known: the key of an earlier claim; the device may be away.
  /// - Throws: `ControlFailure`: `.busy` when a run has the device, `.device` when there is none of that name.
  func claim(_ device: DeviceReference, name: String, key known: String? = nil) throws(ControlFailure) -> Claim {
    let claim = Claim(key: try key(of: device, known: known), name: name)
    if let holder = claims[claim.key] {
      throw ControlFailure(
        .busy,
        "device '\(claim.name)': is at work\(holder.run.map { " for run \($0)" } ?? ""): wait for it or stop that run")
    }
    claims[claim.key] = (claim, nil)
    return claim
  }

  func note(_ run: Int64, on claim: Claim) {
    claims[claim.key]?.run = run
  }

  func release(_ claim: Claim) {
    claims[claim.key] = nil
    for entry in entries.values where Self.key(of: entry.port) == claim.key { greet(entry.port) }
  }

  /// Opens the port of a claimed device, wherever it is now.
  func open(_ claim: Claim, baud: Int?) async throws -> SerialPort {
    let isPath = claim.key.hasPrefix("/")
    guard
      let path = isPath
        ? claim.key : entries.values.first(where: { Self.key(of: $0.port) == claim.key })?.port.devicePath
    else {
      throw TransportError.cannotOpen(name: claim.name, reason: "no such device: is the board plugged in?")
    }
    return try await SerialPort.open(path: path, baud: baud ?? self.baud.openingBaud)
  }

  /// How the speed of a claimed device's line is found; nil where it is pinned.
  nonisolated func search(for claim: Claim, baud: Int?) -> LineSearch? {
    guard baud == nil, case .automatic = self.baud else { return nil }
    return LineSearch(speeds) { claim.key }
  }

  private func key(of device: DeviceReference, known: String?) throws(ControlFailure) -> String {
    switch device {
    // Each run has a loopback device of its own.
    case .loopback:
      loopbacks += 1
      return "loopback:\(loopbacks)"
    case .socket(let path):
      guard path.hasPrefix("/") else {
        throw ControlFailure(.request, "device: socket: found '\(path)', expected an absolute path")
      }
      return "unix:\(path)"
    case .port(let name):
      if let known { return known }
      return try key(ofPort: name)
    }
  }

  /// Boards without a serial number cannot be told apart: they are where they are.
  private static func key(of port: Port) -> String {
    port.serialNumber == nil ? port.devicePath : port.stableID
  }

  private func key(ofPort name: String) throws(ControlFailure) -> String {
    let found = entries.values.map(\.port).filter {
      [$0.stableID, $0.devicePath, $0.stablePath, $0.serialNumber].contains(name)
    }
    switch found.count {
    case 1: return Self.key(of: found[0])
    case 0 where name.hasPrefix("/dev/"): return name
    case 0:
      let known = entries.values.map(\.port.stableID).sorted().joined(separator: ", ")
      throw ControlFailure(
        .device,
        "device '\(name)': found no such port, expected \(known.isEmpty ? "a path under /dev" : "one of \(known)")")
    default:
      throw ControlFailure(
        .device,
        "device '\(name)': found \(found.count) ports, expected one: name its path, such as \(found[0].devicePath)")
    }
  }

  private func take(_ event: PortEvent) {
    switch event {
    case .added(let port): add(port)
    case .removed(let port):
      entries[port.devicePath] = nil
      logger.info("port removed", metadata: ["device": "\(port.stableID)"])
    case .portlessProbeAdded(let probe):
      probes[probe] = DeviceSummary(
        id: "\(probe.usb):\(probe.serialNumber ?? "")", path: nil, state: .portless, detail: probe.description)
    case .portlessProbeRemoved(let probe): probes[probe] = nil
    }
  }

  private func add(_ port: Port) {
    var summary = DeviceSummary(id: port.stableID, path: port.devicePath, product: port.product, state: .checking)
    if case .leave(let reason) = policy.decision(on: port) {
      summary.state = .left
      summary.detail = reason
    }
    entries[port.devicePath] = Entry(port: port, summary: summary)
    logger.info("port added", metadata: ["device": "\(port.stableID)", "state": "\(summary.state)"])
    if summary.state == .checking { greet(port) }
  }

  /// Says hello, so that the user sees within seconds whether the board is ready.
  private func greet(_ port: Port) {
    guard case .adopt = policy.decision(on: port) else { return }
    Task {
      guard claims[Self.key(of: port)] == nil else { return }
      let outcome = await Self.hello(port, baud: baud.openingBaud)
      guard entries[port.devicePath]?.port == port else { return }
      entries[port.devicePath]?.summary.state = outcome.state
      entries[port.devicePath]?.summary.board = outcome.board
      entries[port.devicePath]?.summary.firmware = outcome.firmware
      entries[port.devicePath]?.summary.detail = outcome.detail
    }
  }

  private static func hello(
    _ port: Port, baud: Int
  ) async -> (state: DeviceSummary.State, board: String, firmware: String, detail: String) {
    do {
      let transport = try await SerialPort.open(path: port.devicePath, baud: baud)
      let connection = try await LinkConnection.open(transport, policy: greetingPolicy)
      await connection.close()
      return (.ready, connection.info.board, connection.info.firmware, "")
    } catch DeviceFailure.vanished(let reason) {
      return (.silent, "", "", "\(reason): flash it with 'fieldtune flash DIR --board BOARD'")
    } catch {
      return (.silent, "", "", "\(error)")
    }
  }
}
