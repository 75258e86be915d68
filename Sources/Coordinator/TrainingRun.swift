import ArtifactManifest
import DeviceLink
import Telemetry
import WireProtocol

/// One run on one device: the shell around `RunMachine`, which decides.
///
/// Invariants:
/// - One thing at a time: a sample is sent, a record received, a group journalled or a checkpoint read.
/// - Records reach the store before anyone is told of them.
/// - What a device says of a sample is checked before it is a record.
/// - Whatever ends `run()`, the store says truthfully where the run can be resumed.
package actor TrainingRun {
  let manifest: ArtifactManifest
  let data: TrainingData
  let store: RunStore
  let source: any DeviceSource
  let options: RunOptions
  let watch: @Sendable (RunEvent) -> Void
  let id: Int64
  /// Where the boards of this run meet; nil for a run on one board.
  let barrier: RoundBarrier?

  var record: RunRecord
  var machine: RunMachine
  var sequence: SampleSequence
  var connection: (any DeviceConnection)?
  /// Of the newest connection.
  var info: Wire.DeviceInfo?
  var wasOpened = false
  /// Copies of the training state that a lost device broke off.
  var reading: StateReading?
  var writing: StateWriting?
  /// Connections lost since `mostReceived` last rose. A step that always faults ends the run by it.
  private var losses = 0
  private var mostReceived = 0
  /// What the user or the coordinator's end asks for.
  private(set) var wish = Wish.goOn
  private var sleeper: CheckedContinuation<Void, Never>?
  /// It was called while it did not sleep.
  private var wasCalled = false
  private var check: StepCheck
  /// The device's own digest of the state before a position, as its newest record with one told it.
  private(set) var toldDigest: (position: Int, digest: UInt64)?
  let live: LiveJournal?

  enum Wish: Hashable {
    case goOn
    /// Rest with everything safe until it is to go on.
    case pause
    /// End, to be resumed by hand.
    case stop
    /// End, to be taken up by the next coordinator.
    case suspend

    var endsRun: Bool {
      switch self {
      case .goOn, .pause: false
      case .stop, .suspend: true
      }
    }
  }

  init(
    record: RunRecord, id: Int64, machine: RunMachine, manifest: ArtifactManifest, data: TrainingData,
    store: RunStore, source: any DeviceSource, options: RunOptions, barrier: RoundBarrier?, live: LiveJournal?,
    watch: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.record = record
    self.id = id
    self.machine = machine
    self.manifest = manifest
    self.data = data
    self.store = store
    self.source = source
    self.options = options
    self.watch = watch
    self.barrier = barrier
    self.live = live
    sequence = SampleSequence(machine.plan)
    check = StepCheck(
      number: UInt64(record.number), device: source.name,
      classCount: manifest.loss.isClassification ? manifest.output.classCount : Int(UInt16.max) + 1)
  }

  /// The run as the device knows it: another one after each average, since a position has a state before and behind it.
  var number: UInt64 { UInt64(record.number) &+ UInt64(machine.plan.round(at: machine.checkpoint ?? 0)) }

  /// Whether the device has taken it up, now or before: there is something to resume.
  package var hasBegun: Bool { wasOpened || machine.durable > 0 }

  /// Trains until the plan is done or the run is stopped.
  ///
  /// - Throws: `CoordinatorError`, `StoreError`; the run is then `stopped` and can be resumed.
  package func run() async throws -> TrainResult {
    do {
      try await openLive()
      let digest = try await driveToTheEnd()
      await live?.close()
      if wish == .suspend, machine.isStopped {
        throw CoordinatorError.suspended(run: id, position: machine.received)
      }
      return try await close(digest: digest)
    } catch {
      await live?.close()
      await connection?.close()
      await noteStop(because: error)
      throw error
    }
  }

  private func driveToTheEnd() async throws -> UInt64 {
    while true {
      do {
        let device = try await readyDevice()
        return try await drive(device)
      } catch DeviceFailure.vanished(let reason) {
        await connection?.close()
        connection = nil
        machine.deviceLost()
        try await journalWhatIsLeft()
        try countLoss(reason)
        try await setState(.waiting)
        try await tell(.deviceLost(reason: reason))
      } catch DeviceFailure.refused(let reason) {
        throw CoordinatorError.refused(device: source.name, reason: reason)
      }
    }
  }

  private func countLoss(_ reason: String) throws(CoordinatorError) {
    losses = machine.durable > mostReceived ? 1 : losses + 1
    mostReceived = max(mostReceived, machine.durable)
    guard losses <= options.futileConnections else {
      throw .unavailable(
        device: source.name,
        reason: "it was lost \(losses) times in a row at position \(mostReceived), the last time because: \(reason)")
    }
  }

  /// - Returns: the digest of the training state at the end.
  private func drive(_ device: any DeviceConnection) async throws -> UInt64 {
    while true {
      switch machine.next() {
      case .send(let position):
        try await device.send(try await sample(at: position))
      case .journal(let records):
        try await journal(records)
      case .checkpoint(let position):
        try await takeCheckpoint(at: position, from: device)
      case .keep(let position):
        try await keepState(before: position, on: device)
      case .wait:
        try await take(try await device.nextAnswer(), from: device)
      case .awaitSample:
        try await awaitSample()
      case .rest(let position):
        try await rest(before: position)
      case .close:
        return try await device.endRun().digest
      }
    }
  }

  private func journal(_ records: [StepRecord]) async throws {
    let first = machine.durable
    try await store.append(records)
    machine.journalled()
    for record in records { watch(.step(record: record)) }
    try await saveEvaluations(crossing: first..<machine.durable)
  }

  private func journalWhatIsLeft() async throws {
    while case .journal(let records) = machine.next() { try await journal(records) }
  }

  private func sample(at position: Int) async throws -> DeviceSample {
    let planned = sequence.sample(at: position)
    let update = sequence.update(at: position)
    if let live, planned.mode == .train {
      let sample = try await live.sample(planned.sample)
      return deviceSample(planned, update, label: sample.label, input: sample.codes.map(Int8.init(bitPattern:)), target: [])
    }
    let set = data.set(for: planned.mode)
    return deviceSample(
      planned, update, label: Int(set.labels[planned.sample]), input: set.input(planned.sample),
      target: set.target(planned.sample))
  }

  private func deviceSample(
    _ planned: PlannedSample, _ update: PlannedUpdate, label: Int, input: [Int8], target: [Int16]
  ) -> DeviceSample {
    DeviceSample(
      index: UInt32(planned.position), mode: planned.mode == .train ? .train : .evaluate, label: label,
      rateMantissa: update.rate.mantissa, rateShift: update.rate.shift,
      momentum: update.momentum, decay: update.decay, isHeld: update.isHeld,
      input: input, target: target)
  }

  private func take(_ step: Wire.Step, from device: any DeviceConnection) async throws {
    let planned = Int(step.index) < machine.sent ? sequence.sample(at: Int(step.index)) : nil
    try check.verify(step, of: planned, sent: machine.received..<machine.sent)
    if step.flags & Wire.Step.digestFlag != 0 { toldDigest = (Int(step.index) + 1, step.digest) }
    let record = StepRecord(
      step, of: device.info, run: id, sample: sequence.sample(at: Int(step.index)).sample,
      hasClass: manifest.loss.isClassification)
    switch machine.received(record) {
    case .accepted: try await compare(record)
    case .repeated: return
    case .outOfOrder(let expected):
      throw DeviceFailure.vanished(reason: "it answered sample \(record.position), expected \(expected)")
    }
  }

  /// A step that the store knows already must have come to the same.
  private func compare(_ record: StepRecord) async throws {
    guard record.position < machine.durable,
      let first = try await store.steps(of: id, from: record.position, limit: 1).first
    else { return }
    try StepCheck.verify(record, repeats: first, device: source.name)
  }

  /// The newest connection's device stands where it says.
  func forgetWhatWasTold() {
    check.begin(number)
    toldDigest = nil
  }

  /// Stores what belongs into the run's log, then tells whoever watches.
  func tell(_ event: RunEvent) async throws {
    if let line = LogRecord(event, run: id, milliseconds: RunStore.nowMilliseconds()) { try await store.append(line) }
    watch(event)
  }

  func setState(_ state: RunRecord.State) async throws {
    guard record.state != state else { return }
    record.state = state
    record = try await store.update(record)
  }

  func take(_ wish: Wish) {
    self.wish = wish
    awake()
  }

  /// Until something is wished for, a live sample comes, or `duration` is over. May return early.
  func doze(for duration: Duration? = nil) async {
    defer { wasCalled = false }
    guard !wasCalled else { return }
    let timer = duration.map { duration in
      Task {
        do { try await Task.sleep(for: duration) } catch { return }
        self.awake()
      }
    }
    await withCheckedContinuation { sleeper = $0 }
    timer?.cancel()
  }

  func awake() {
    wasCalled = true
    sleeper?.resume()
    sleeper = nil
  }
}

extension StepRecord {
  /// - Parameter run: the run's id in the store.
  init(_ step: Wire.Step, of device: Wire.DeviceInfo, run: Int64, sample: Int, hasClass: Bool) {
    self.init(
      run: run, position: Int(step.index), mode: step.mode == .train ? .train : .evaluate, sample: sample,
      lossQ16: Int(step.lossQ16), prediction: Int(step.prediction), label: hasClass ? Int(step.label) : -1,
      waitTicks: device.units(step.waitTicks), forwardTicks: device.units(step.forwardTicks),
      backwardTicks: device.units(step.backwardTicks),
      updateTicks: device.units(step.updateTicks), saturated: Int(step.saturated), unchanged: Int(step.unchanged))
  }
}
