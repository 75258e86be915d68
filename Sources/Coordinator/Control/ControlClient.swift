import ArtifactManifest
import Foundation
import Telemetry
import Transport

/// A client of the daemon's socket: what the command line calls when a daemon runs.
package struct ControlClient: Sendable {
  package let socketPath: String

  package init(socketPath: String) { self.socketPath = socketPath }

  /// The daemon that runs; `nil` where none does.
  ///
  /// - Throws: `ControlFailure` when there is one that may not be spoken to.
  package static func find(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws(ControlFailure) -> ControlClient? {
    for path in ControlSocket.candidates(environment: environment) {
      do {
        await (try UnixSocketTransport.connect(path: path)).close()
        let client = ControlClient(socketPath: path)
        // Whom the daemon refuses learns it here, before anything is sent that it would not read.
        _ = try await client.ping()
        return client
      } catch TransportError.noConnection {
        continue
      } catch let failure as ControlFailure {
        throw failure
      } catch {
        throw ControlFailure(.daemon, "daemon: \(error): join the group that owns the socket")
      }
    }
    return nil
  }

  package func ping() async throws(ControlFailure) -> DaemonInfo {
    guard case .info(let info) = try await ask(.ping) else { throw Self.unexpected }
    return info
  }

  package func devices() async throws(ControlFailure) -> [DeviceSummary] {
    guard case .devices(let list) = try await ask(.devices) else { throw Self.unexpected }
    return list
  }

  /// All runs, the newest first, without their results.
  package func runs() async throws(ControlFailure) -> [RunRecord] {
    guard case .runs(let list) = try await ask(.runs) else { throw Self.unexpected }
    return list
  }

  /// One run with its result.
  package func run(
    _ id: Int64
  ) async throws(ControlFailure) -> (record: RunRecord, evaluations: [EvaluationRecord], steps: Int) {
    guard case .run(let record, let evaluations, let steps) = try await ask(.run(id: id)) else {
      throw Self.unexpected
    }
    return (record, evaluations, steps)
  }

  /// How the link of a run is; `nil` before its first connection, and for a run this daemon does not keep in mind.
  package func link(_ id: Int64) async throws(ControlFailure) -> LinkView? {
    guard case .link(let view) = try await ask(.link(id: id)) else { throw Self.unexpected }
    return view
  }

  /// Ends a run after the samples already sent; whoever trains or watches gets its result.
  package func stop(_ id: Int64) async throws(ControlFailure) {
    try await order(.stop(id: id))
  }

  /// Lets a run rest after the samples already sent, with a checkpoint; its device keeps its state.
  package func pause(_ id: Int64) async throws(ControlFailure) { try await order(.pause(id: id)) }

  /// Goes on with a run that rests.
  package func resume(_ id: Int64) async throws(ControlFailure) { try await order(.resume(id: id)) }

  package func status() async throws(ControlFailure) -> [RunStatus] {
    guard case .status(let list) = try await ask(.status) else { throw Self.unexpected }
    return list
  }

  package func log(_ id: Int64) async throws(ControlFailure) -> [LogRecord] {
    guard case .log(let lines) = try await ask(.log(id: id)) else { throw Self.unexpected }
    return lines
  }

  package func checkpoints(_ id: Int64) async throws(ControlFailure) -> [CheckpointSummary] {
    guard case .checkpoints(let list) = try await ask(.checkpoints(id: id)) else { throw Self.unexpected }
    return list
  }

  /// A checkpoint as a file; the newest where no generation is named.
  package func checkpoint(_ id: Int64, generation: Int?) async throws(ControlFailure) -> [UInt8] {
    try await bytes(of: .checkpoint(id: id, generation: generation))
  }

  /// Takes a run that rests back to one of its checkpoints, or to the one in `file`.
  package func restore(_ id: Int64, generation: Int?, file: [UInt8] = []) async throws(ControlFailure) {
    try await connected { connection throws(ControlFailure) in
      for start in stride(from: 0, to: file.count, by: ControlLimits.chunkBytes) {
        let end = min(start + ControlLimits.chunkBytes, file.count)
        try await connection.send(.piece(bytes: Data(file[start..<end])))
      }
      try await connection.send(.restore(id: id, generation: generation))
      guard case .done = try await connection.reply() else { throw Self.unexpected }
    }
  }

  private func order(_ request: ControlRequest) async throws(ControlFailure) {
    guard case .done = try await ask(request) else { throw Self.unexpected }
  }

  /// Sends artifact and data, and follows the run to its end.
  ///
  /// - Parameters:
  ///   - accepted: is told the run's id, for `stop`.
  ///   - watch: is told what happens, in order.
  package func train(
    _ request: TrainRequest, artifact: Artifact, data: TrainingData,
    accepted: @Sendable (Int64) -> Void = { _ in }, watch: @Sendable (RunEvent) -> Void
  ) async throws(ControlFailure) -> TrainResult {
    let parts: [(UploadPart, [UInt8])]
    do {
      parts = try Upload.pieces(of: artifact, data)
    } catch {
      throw ControlFailure(
        .data, "\(artifact.directory.path): an artifact file cannot be read (\(error)): compile the model again")
    }
    return try await connected { connection throws(ControlFailure) in
      try await connection.send(.train(request: request))
      for (part, bytes) in parts {
        for start in stride(from: 0, to: bytes.count, by: ControlLimits.chunkBytes) {
          let end = min(start + ControlLimits.chunkBytes, bytes.count)
          try await connection.send(.part(name: part, bytes: Data(bytes[start..<end])))
        }
      }
      try await connection.send(.start)
      return try await Self.follow(&connection, accepted: accepted, watch: watch)
    }
  }

  /// Follows a run that is under way, from now to its end.
  package func watch(
    _ id: Int64, watch: @Sendable (RunEvent) -> Void
  ) async throws(ControlFailure) -> TrainResult {
    try await connected { connection throws(ControlFailure) in
      try await connection.send(.watch(id: id))
      return try await Self.follow(&connection, accepted: { _ in }, watch: watch)
    }
  }

  /// The model file with what a run has learnt by its newest checkpoint.
  package func export(_ id: Int64) async throws(ControlFailure) -> [UInt8] {
    try await bytes(of: .export(id: id))
  }

  private func bytes(of request: ControlRequest) async throws(ControlFailure) -> [UInt8] {
    try await connected { connection throws(ControlFailure) in
      try await connection.send(request)
      var all: [UInt8] = []
      while case .bytes(let bytes) = try await connection.reply() { all += bytes }
      return all
    }
  }

  private static func follow(
    _ connection: inout ControlConnection, accepted: @Sendable (Int64) -> Void,
    watch: @Sendable (RunEvent) -> Void
  ) async throws(ControlFailure) -> TrainResult {
    while true {
      switch try await connection.reply() {
      case .accepted(let run): accepted(run)
      case .event(let event): watch(event)
      case .result(let result): return result
      case .info, .devices, .runs, .run, .bytes, .link, .status, .log, .checkpoints, .done, .failure: throw unexpected
      }
    }
  }

  private func ask(_ request: ControlRequest) async throws(ControlFailure) -> ControlReply {
    try await connected { connection throws(ControlFailure) in
      try await connection.send(request)
      return try await connection.reply()
    }
  }

  private func connected<Value>(
    _ body: (inout ControlConnection) async throws(ControlFailure) -> Value
  ) async throws(ControlFailure) -> Value {
    let transport: UnixSocketTransport
    do {
      transport = try await UnixSocketTransport.connect(path: socketPath)
    } catch {
      throw ControlFailure(.daemon, "daemon: \(error): start fieldtuned, or unset \(ControlSocket.variable)")
    }
    var connection = ControlConnection(transport)
    do throws(ControlFailure) {
      let value = try await body(&connection)
      await connection.close()
      return value
    } catch {
      await connection.close()
      throw error
    }
  }

  private static let unexpected = ControlFailure(
    .daemon, "daemon: found an answer to another question: use fieldtune and fieldtuned of one version")
}
