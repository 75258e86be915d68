import Coordinator
import Foundation
import Logging
import NIOCore
import Telemetry

/// One client: its requests, one after the other.
///
/// A request that fails is answered by one `failure` and the next is read. Pieces of an upload are not
/// answered, so that a client that only writes cannot be held up by answers it does not read; what is
/// wrong with them is told at `start`.
struct ControlSession {
  private let server: ControlServer
  private let client: Client
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var buffer = LineBuffer(limitBytes: ControlLimits.requestLineBytes)
  private var request: TrainRequest?
  private var upload = Upload()
  private var uploadFailure: ControlFailure?
  /// Of a checkpoint file.
  private var pieces: [UInt8] = []

  init(server: ControlServer, client: Client, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
    self.server = server
    self.client = client
    self.outbound = outbound
  }

  mutating func serve(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws {
    for try await bytes in inbound {
      let lines: [[UInt8]]
      do throws(ControlFailure) {
        lines = try buffer.lines(completedBy: bytes.readableBytesView)
      } catch {
        // Where the next line begins is not known any more.
        try await send(.failure(failure: error))
        return
      }
      for line in lines { try await answer(line) }
    }
  }

  /// Answers the first request with one sentence, and nothing else. Not before it: whoever writes to a connection
  /// that was closed does not read what was said there.
  func refuse(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ failure: ControlFailure) async throws {
    for try await bytes in inbound where bytes.readableBytesView.contains(UInt8(ascii: "\n")) {
      try await send(.failure(failure: failure))
      return
    }
  }

  private mutating func answer(_ line: [UInt8]) async throws {
    do {
      try await carryOut(ControlRequest(line: line))
    } catch let failure as ControlFailure {
      try await send(.failure(failure: failure))
    } catch let error as StoreError {
      try await send(.failure(failure: ControlFailure(describing: error)))
    }
  }

  private mutating func carryOut(_ request: ControlRequest) async throws {
    switch request {
    case .ping:
      let info = DaemonInfo(
        version: Fieldtuned.version, processID: getpid(), page: server.page(),
        stateDirectory: URL(fileURLWithPath: server.store.path).deletingLastPathComponent().path)
      try await send(.info(daemon: info))
    case .devices: try await send(.devices(list: await server.roster.summaries()))
    case .runs: try await send(.runs(list: try await runs()))
    case .run(let id): try await sendRun(id)
    case .train(let request): open(request)
    case .part(let name, let bytes): take(bytes, as: name)
    case .start: try await start()
    case .watch(let id): try await watch(id)
    case .link(let id): try await send(.link(view: await server.director.entry(id)?.link.view()))
    case .stop(let id):
      log("asked to stop", id)
      try await server.director.stop(id)
      try await send(.done)
    case .pause(let id):
      try await server.director.pause(id)
      try await send(.done)
    case .resume(let id):
      try await server.director.resume(id)
      try await send(.done)
    case .status: try await send(.status(list: try await server.director.status()))
    case .log(let id):
      _ = try await server.store.run(id)
      try await send(.log(lines: try await server.store.log(of: id)))
    case .checkpoints(let id):
      _ = try await server.store.run(id)
      try await send(.checkpoints(list: try await server.store.checkpointSummaries(of: id)))
    case .checkpoint(let id, let generation):
      try await send { try await RunCheckpoints.exported(id, generation: generation, in: $0) }
    case .piece(let bytes): try take(piece: bytes)
    case .restore(let id, let generation):
      let file = pieces
      pieces = []
      try await server.director.restore(id, generation: generation, file: file.isEmpty ? nil : file)
      try await send(.done)
    case .export(let id): try await send { try await RunExport.model(of: id, in: $0) }
    }
  }

  private mutating func take(piece: Data) throws(ControlFailure) {
    guard pieces.count + piece.count <= ControlLimits.artifactBytes else {
      pieces = []
      throw ControlFailure(.request, "checkpoint: found more than \(ControlLimits.artifactBytes) B, expected less")
    }
    pieces += piece
  }

  private mutating func open(_ request: TrainRequest) {
    self.request = request
    upload = Upload()
    uploadFailure = nil
  }

  private mutating func take(_ bytes: Data, as part: UploadPart) {
    guard uploadFailure == nil, request != nil else { return }
    do throws(ControlFailure) {
      try upload.add(bytes, to: part)
    } catch {
      uploadFailure = error
      upload = Upload()
    }
  }

  private mutating func start() async throws {
    guard let request else {
      throw ControlFailure(.request, "request 'start': found no open upload, expected 'train' and its parts before")
    }
    defer { self.request = nil }
    if let uploadFailure { throw uploadFailure }
    let upload = self.upload
    self.upload = Upload()
    let (run, events) = try await server.director.start(request, upload)
    log("asked to train", run)
    try await send(.accepted(run: run))
    try await follow(run, events)
  }

  private func watch(_ id: Int64) async throws {
    guard let entry = await server.director.entry(id) else {
      throw ControlFailure(.request, "run \(id): is not under way in this daemon: 'fieldtune runs' lists the runs")
    }
    try await follow(id, entry.feed.subscribe())
  }

  /// Throws when the client is gone; the run is not touched by that.
  private func follow(_ run: Int64, _ events: AsyncStream<RunEvent>) async throws {
    for await event in events { try await send(.event(event: event)) }
    guard let entry = await server.director.entry(run) else { return }
    switch await entry.task.result {
    case .success(let result): try await send(.result(result: result))
    case .failure(let error): throw ControlFailure(describing: error)
    }
  }

  private func runs() async throws -> [RunRecord] {
    try await server.store.runs().map { record in
      var brief = record
      brief.result = nil
      return brief
    }
  }

  private func sendRun(_ id: Int64) async throws {
    let record = try await server.store.run(id)
    let evaluations = try await server.store.evaluations(of: id)
    try await send(
      .run(record: record, evaluations: evaluations, steps: try await server.store.nextPosition(of: id)))
  }

  /// A file in pieces.
  private func send(_ file: (RunStore) async throws -> [UInt8]) async throws {
    let bytes: [UInt8]
    do {
      bytes = try await file(server.store)
    } catch {
      throw ControlFailure(describing: error)
    }
    for start in stride(from: 0, to: bytes.count, by: ControlLimits.chunkBytes) {
      let end = min(start + ControlLimits.chunkBytes, bytes.count)
      try await send(.bytes(bytes: Data(bytes[start..<end])))
    }
    try await send(.done)
  }

  /// Who asked for what changes something.
  private func log(_ what: Logger.Message, _ run: Int64) {
    server.logger.info(what, metadata: client.metadata.merging(["run": "\(run)"]) { $1 })
  }

  private func send(_ reply: ControlReply) async throws {
    try await outbound.write(ByteBuffer(bytes: try reply.line()))
  }
}
