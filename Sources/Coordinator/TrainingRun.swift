import ArtifactManifest
import DeviceLink
import Telemetry
import WireProtocol

/// One run on one device: the shell around `RunMachine`, which decides.
///
/// Invariants:
/// - One thing at a time: a sample is sent, a record received, a group journalled or a checkpoint read.
/// - Records reach the store before anyone is told of them.
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
  private(set) var stopRequested = false

  init(
    record: RunRecord, id: Int64, machine: RunMachine, manifest: ArtifactManifest, data: TrainingData,
    store: RunStore, source: any DeviceSource, options: RunOptions, barrier: RoundBarrier?,
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
    sequence = SampleSequence(machine.plan)
  }

  /// The run as the device knows it: another one after each average, since a position has a state before and behind it.
  var number: UInt64 { UInt64(record.number) &+ UInt64(machine.plan.round(at: machine.checkpoint ?? 0)) }

  /// Ends the run after the samples already sent, with a checkpoint.
  package func stop() {
    stopRequested = true
    machine.stop()
  }

  /// Whether the device has taken it up, now or before: there is something to resume.
  package var hasBegun: Bool { wasOpened || machine.durable > 0 }

  /// Trains until the plan is done or the run is stopped.
  ///
  /// - Throws: `CoordinatorError`, `StoreError`; the run is then `stopped` and can be resumed.
  package func run() async throws -> TrainResult {
    do {
      let digest = try await driveToTheEnd()
      return try await close(digest: digest)
    } catch {
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
        watch(.deviceLost(reason: reason))
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
        try await device.send(sample(at: position))
      case .journal(let records):
        try await journal(records)
      case .checkpoint(let position):
        try await takeCheckpoint(at: position, from: device)
      case .wait:
        try take(try await device.nextAnswer(), from: device)
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

  private func sample(at position: Int) -> DeviceSample {
    let planned = sequence.sample(at: position)
    let update = sequence.update(at: position)
    let set = data.set(for: planned.mode)
    return DeviceSample(
      index: UInt32(position), mode: planned.mode == .train ? .train : .evaluate,
      label: Int(set.labels[planned.sample]), rateMantissa: update.rate.mantissa, rateShift: update.rate.shift,
      momentum: update.momentum, decay: update.decay, isHeld: update.isHeld,
      input: set.input(planned.sample), target: set.target(planned.sample))
  }

  private func take(_ step: Wire.Step, from device: any DeviceConnection) throws(DeviceFailure) {
    let record = StepRecord(
      step, of: device.info, run: id, sample: sequence.sample(at: Int(step.index)).sample,
      hasClass: manifest.loss.isClassification)
    switch machine.received(record) {
    case .accepted, .repeated: return
    case .outOfOrder(let expected):
      throw .vanished(reason: "it answered sample \(record.position), expected \(expected)")
    }
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
