import ArtifactManifest
import Coordinator
import DeviceLink
import Telemetry
import WireProtocol

/// One life of the host's process: does on the world's clock what `TrainingRun` does, with the real machine, recovery
/// and conversation. It knows of its predecessors only what the store holds.
final class HostProcess {
  private static let retryMilliseconds = 200
  private static let policy = RetryPolicy()
  static let run: UInt64 = 0x1234_5678_9ABC

  private let world: World
  private(set) var store: DurableStore
  private var machine: RunMachine
  private var samples: ScriptedSamples
  private var results: [Conversation.CallID: Result<Wire.Message, DeviceLinkError>] = [:]
  private var answers: [Wire.Step] = []
  private var runEnd: DeviceLinkError?
  /// The trial is given up then.
  private let limitMilliseconds: Int

  init(_ world: World, store: DurableStore, plan: TrainingPlan, limitMilliseconds: Int) {
    self.world = world
    self.store = store
    self.limitMilliseconds = limitMilliseconds
    samples = ScriptedSamples(plan)
    machine = RunMachine(
      plan: plan, durable: store.written.records.count, checkpoint: store.written.checkpoint?.position)
  }

  /// Trains to the plan's end; returns the digest that the device tells at last.
  func live() throws(Interruption) -> UInt64 {
    while true {
      do throws(Interruption) {
        try reachDevice()
        try bringDevice()
        return try drive()
      } catch .vanished {
        world.close()
        machine.deviceLost()
        while case .journal(let records) = machine.next() { try journal(records) }
      }
    }
  }

  func losePower() { store.losePower() }

  private func drive() throws(Interruption) -> UInt64 {
    while true {
      switch machine.next() {
      case .send(let position): try submit(samples.sample(at: position))
      case .journal(let records): try journal(records)
      case .checkpoint(let position): try takeCheckpoint(at: position)
      case .wait: try take(try nextAnswer())
      case .awaitSample, .rest, .keep: throw .broken("a run of files that nobody pauses waits")
      case .close: return try runReport(.runEnd(.init(run: Self.run))).digest
      }
    }
  }

  private func take(_ step: Wire.Step) throws(Interruption) {
    world.noticeStep()
    let sample = samples.planned(at: Int(step.index))
    switch machine.received(StepRecord(step, sample: sample)) {
    case .accepted, .repeated: return
    case .outOfOrder(let expected):
      throw .vanished("it answered sample \(step.index), expected \(expected)")
    }
  }

  private func journal(_ records: [StepRecord]) throws(Interruption) {
    try world.boundary()
    try store.append(records)
    try world.boundary()
    store.sync()
    try world.boundary()
    machine.journalled()
  }
}

/// The device: reached, brought to where the run goes on, its state copied.
extension HostProcess {
  private func reachDevice() throws(Interruption) {
    (results, answers, runEnd) = ([:], [], nil)
    while !world.open(policy: Self.policy) {
      for _ in 0..<Self.retryMilliseconds { try step() }
    }
    while world.host?.phase != .connected { try step() }
  }

  private func bringDevice() throws(Interruption) {
    guard let info = world.host?.device?.info else { throw .broken("connected without a device") }
    let recovery = Recovery(
      info: info, number: Self.run, durable: machine.durable, checkpoint: machine.checkpoint,
      boundary: machine.boundary)
    let report: Wire.RunReport
    switch recovery {
    case .goOn(let position): report = try beginRun(Self.run, at: position, resetting: false)
    case .restore(let position):
      try testDevice()
      try restoreCheckpoint()
      report = try beginRun(Self.run, at: position, resetting: false)
    case .begin:
      try testDevice()
      report = try beginRun(Self.run, at: 0, resetting: true)
    }
    machine.deviceReady(at: Int(report.nextIndex), recordSlots: Int(info.recordSlots))
  }

  private func beginRun(_ run: UInt64, at position: Int, resetting: Bool) throws(Interruption) -> Wire.RunReport {
    if let open = world.host?.runOnDevice, open != run { _ = try runReport(.runEnd(.init(run: open))) }
    return try runReport(
      .runBegin(
        .init(run: run, seed: machine.plan.seed, firstIndex: UInt32(position), flags: resetting ? 1 : 0)))
  }

  /// One step in a run of its own, as `SelfTest` does.
  private func testDevice() throws(Interruption) {
    _ = try beginRun(world.random.next() | 1, at: 0, resetting: true)
    guard let run = world.host?.run else { throw .vanished("the run is over") }
    try submit(ScriptedSamples.golden)
    _ = try nextAnswer()
    let report = try runReport(.runEnd(.init(run: run)))
    guard report.digest == ScriptedSamples.goldenDigest(seed: machine.plan.seed) else {
      throw .broken("the golden step gives another state")
    }
  }

  private func takeCheckpoint(at position: Int) throws(Interruption) {
    let requests = try segments().flatMap { segment in
      ScriptedSamples.pieces(of: Int(segment.byteCount)).map { piece in
        Wire.Message.segmentRead(
          .init(segment: segment.kind, offset: UInt32(piece.lowerBound), count: UInt32(piece.count)))
      }
    }
    var bytes: [UInt8] = []
    for answer in try call(requests) {
      guard case .segmentData(let data) = answer else { throw .broken("a read was answered by \(answer)") }
      bytes += data.data
    }
    guard case .digestReport(let report) = try call([.digest(.init())])[0] else { throw .broken("no digest") }
    guard Digest64(bytes).value == report.digest else { throw .broken("a checkpoint differs from the device") }
    try world.boundary()
    store.save(.init(position: position, bytes: bytes, digest: report.digest))
    try world.boundary()
    store.sync()
    try world.boundary()
    machine.checkpointed(at: position)
  }

  private func restoreCheckpoint() throws(Interruption) {
    guard let checkpoint = store.written.checkpoint else { throw .broken("no checkpoint to restore") }
    var offset = 0
    var requests: [Wire.Message] = []
    for segment in try segments() {
      for piece in ScriptedSamples.pieces(of: Int(segment.byteCount)) {
        let data = Array(checkpoint.bytes[(offset + piece.lowerBound)..<(offset + piece.upperBound)])
        requests.append(.segmentWrite(.init(segment: segment.kind, offset: UInt32(piece.lowerBound), data: data)))
      }
      offset += Int(segment.byteCount)
    }
    _ = try call(requests)
    guard case .digestReport(let report) = try call([.digest(.init())])[0], report.digest == checkpoint.digest else {
      throw .broken("a restored checkpoint differs")
    }
  }

  private func segments() throws(Interruption) -> [Wire.SegmentInfo] {
    guard let device = world.host?.device else { throw .vanished("no device") }
    let segments = device.info.segments
    guard segments.map({ Int($0.byteCount) }) == [ToyStep.headerBytes, ToyStep.biasBytes, ToyStep.weightBytes] else {
      throw .broken("the device describes another training state: \(segments)")
    }
    return segments
  }
}

/// The conversation, one wait at a time.
extension HostProcess {
  private func step() throws(Interruption) {
    guard world.now < limitMilliseconds else { throw .broken("no end after \(world.now / 1000) s") }
    try world.advance()
    look()
    if case .over(let error)? = world.host?.phase { throw Interruption(error) }
  }

  private func look() {
    for effect in world.takeEffects() {
      switch effect {
      case .finish(let id, let result): results[id] = result
      case .answer(.step(let step)): answers.append(step)
      case .endRun(let error): runEnd = error
      // The wire of the simulation has no rate.
      case .answer(.output), .tell, .setLine, .wake: break
      }
    }
  }

  private func call(_ requests: [Wire.Message]) throws(Interruption) -> [Wire.Message] {
    let now = world.time
    let (ids, effects) = try talk { conversation throws(DeviceLinkError) in conversation.call(requests, now: now) }
    for case .finish(let id, let result) in effects { results[id] = result }
    var messages: [Wire.Message] = []
    for id in ids {
      while results[id] == nil { try step() }
      switch results.removeValue(forKey: id) {
      case .success(let message)?: messages.append(message)
      case .failure(let error)?: throw Interruption(error)
      case nil: throw .broken("a call has no result")
      }
    }
    return messages
  }

  @discardableResult
  private func talk<Value>(
    _ body: (inout Conversation) throws(DeviceLinkError) -> Value
  ) throws(Interruption) -> Value {
    do throws(DeviceLinkError) { return try world.talk(body) } catch { throw Interruption(error) }
  }

  private func runReport(_ request: Wire.Message) throws(Interruption) -> Wire.RunReport {
    guard case .runReport(let report) = try call([request])[0] else { throw .broken("no report of a run") }
    return report
  }

  private func submit(_ sample: DeviceSample) throws(Interruption) {
    while world.host?.mustWait ?? false { try step() }
    let now = world.time
    try talk { conversation throws(DeviceLinkError) -> Void in try conversation.submit(sample, now: now) }
  }

  private func nextAnswer() throws(Interruption) -> Wire.Step {
    while answers.isEmpty {
      if let runEnd { throw Interruption(runEnd) }
      try step()
    }
    return answers.removeFirst()
  }
}

extension Interruption {
  /// As `DeviceFailure` sorts them.
  init(_ error: DeviceLinkError) {
    switch error {
    case .gone, .portFailed, .noAnswer, .stateLost, .unanswered: self = .vanished(error.description)
    case .refused, .otherSchema, .otherArtifact, .rejected, .badSample, .otherSegments, .unexpected, .noRun:
      self = .broken(error.description)
    }
  }
}
