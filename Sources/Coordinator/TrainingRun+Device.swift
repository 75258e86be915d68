import ArtifactManifest
import DeviceLink
import Telemetry
import WireProtocol

extension TrainingRun {
  /// A device that stands where the run goes on: reached, checked and brought there.
  func readyDevice() async throws -> any DeviceConnection {
    let device = try await reachDevice()
    connection = device
    follow(device.events)
    let info = device.info
    self.info = info
    try DeviceCheck.verify(info, against: manifest, device: source.name)
    let recovery = Recovery(
      info: info, number: number, durable: machine.durable, checkpoint: machine.checkpoint,
      boundary: machine.boundary)
    let position = try await bring(device, by: recovery)
    forgetWhatWasTold()
    if record.board != info.board || record.state != .running {
      record.board = info.board
      record.device = source.name
      record.state = .running
      record.message = ""
      record = try await store.update(record)
    }
    machine.deviceReady(at: position, recordSlots: Int(info.recordSlots))
    try await tell(
      wasOpened
        ? .deviceBack(position: machine.received, restored: recovery.replacesState)
        : .opened(run: record, position: machine.received, total: machine.plan.count))
    wasOpened = true
    return device
  }

  /// Passes on what the device tells, until the connection ends.
  private func follow(_ events: AsyncStream<DeviceEvent>) {
    Task { for await event in events { watch(.note(text: event.sentence)) } }
  }

  /// Tries until the device answers or has stayed away for too long.
  private func reachDevice() async throws -> any DeviceConnection {
    let clock = ContinuousClock()
    let patience = wasOpened ? options.patience : options.firstPatience
    let deadline = patience.map { clock.now + $0 }
    while true {
      if wish == .pause { try await restWhileAway() }
      let reason: String
      switch await attempt() {
      case .success(let device): return device
      case .failure(.refused(let sentence)): throw DeviceFailure.refused(reason: sentence)
      case .failure(.vanished(let sentence)): reason = sentence
      }
      switch wish {
      case .goOn, .pause: break
      case .stop: throw CoordinatorError.interrupted(run: id, device: source.name)
      case .suspend: throw CoordinatorError.suspended(run: id, position: machine.durable)
      }
      if let deadline, clock.now >= deadline {
        throw CoordinatorError.unavailable(device: source.name, reason: reason)
      }
      try await setState(.waiting)
      await doze(for: options.retryInterval)
    }
  }

  private func attempt() async -> Result<any DeviceConnection, DeviceFailure> {
    do throws(DeviceFailure) {
      return .success(try await source.connect())
    } catch {
      return .failure(error)
    }
  }

  /// - Returns: the position before which the device stands.
  private func bring(_ device: any DeviceConnection, by recovery: Recovery) async throws -> Int {
    switch recovery {
    case .goOn(let position):
      return Int(try await open(device, at: position, flags: 0).nextIndex)
    case .restore:
      let checkpoint = try await intactCheckpoint()
      guard barrier == nil || checkpoint?.position == machine.checkpoint else {
        throw CoordinatorError.wrongState(run: id, reason: "its newest checkpoint is damaged: begin the run anew")
      }
      machine.goBack(to: checkpoint?.position)
      guard let checkpoint else { return try await begin(on: device) }
      if !hasPart(device) { _ = try await SelfTest(device: source.name, manifest: manifest).run(on: device) }
      try await restore(checkpoint, to: device)
      return Int(try await open(device, at: checkpoint.position, flags: 0).nextIndex)
    case .begin: return try await begin(on: device)
    }
  }

  private func begin(on device: any DeviceConnection) async throws -> Int {
    _ = try await SelfTest(device: source.name, manifest: manifest).run(on: device)
    return Int(try await open(device, at: 0, flags: Wire.RunBegin.resetsState).nextIndex)
  }

  func open(
    _ device: any DeviceConnection, at position: Int, flags: UInt8
  ) async throws -> Wire.RunReport {
    try await device.beginRun(
      Wire.RunBegin(run: number, seed: machine.plan.seed, firstIndex: UInt32(position), flags: flags))
  }
}
