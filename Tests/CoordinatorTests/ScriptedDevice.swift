import ArtifactManifest
import Coordinator
import DeviceLink
import Synchronization
import WireProtocol

/// A device whose training state is a running hash of the samples it applied: a sample lost, doubled or
/// out of order changes the digest. It keeps the rules of exactly-once and vanishes when its script says so.
final class ScriptedDevice: DeviceSource {
  /// What goes wrong, and when; counted in samples that arrive, over the device's whole life.
  enum Fault: Hashable, Sendable {
    /// The port vanishes before the sample is applied; the state stays.
    case unplugBefore(Int)
    /// The sample is applied, and the port vanishes before its answer.
    case unplugAfter(Int)
    /// The board restarts: state and run are those it kept last, or lost.
    case reset(Int)
    /// The port vanishes before the nth call of this kind takes effect, or after it did and before its answer.
    case unplugBeforeCall(Call, Int)
    case unplugAfterCall(Call, Int)
    /// The board restarts at the nth call of this kind.
    case resetAtCall(Call, Int)
    /// Another host trains on it from the nth call of this kind on, and goes away.
    case takenOverAtCall(Call, Int)
  }

  enum Call: Hashable, Sendable, CaseIterable {
    case beginRun, endRun, digest, readState, writeState, keepState
  }

  fileprivate struct State {
    var faults: Set<Fault>
    var arrivals = 0
    var bytes: [UInt8] = ScriptedDevice.initialBytes
    var run: UInt64 = 0
    var next: UInt32 = 0
    var running = Wire.RunState.idle
    var ring: [Wire.Step] = []
    var connection = 0
    var isAbsent = false
    var calls: [Call: Int] = [:]
    /// What outlives a restart.
    var kept: (bytes: [UInt8], run: UInt64, next: UInt32, generation: UInt32)?
    var keepResult = Wire.KeepResult.kept
    /// Samples applied in all, repeats not counted.
    var applied = 0
  }

  static let recordSlots = 8
  static let initialBytes = [UInt8](repeating: 7, count: 16)
  let name = "scripted"
  private let state: Mutex<State>
  private let arrival = Mutex<@Sendable (UInt32) async -> Void>({ _ in })

  private let lie = Mutex<@Sendable (inout Wire.Step) -> Void>({ _ in })

  /// What it says of samples instead of the truth.
  func setLie(_ lie: @escaping @Sendable (inout Wire.Step) -> Void) { self.lie.withLock { $0 = lie } }

  init(faults: Set<Fault> = []) { state = Mutex(State(faults: faults)) }

  var applied: Int { state.withLock { $0.applied } }

  /// How often it was asked.
  func calls(_ call: Call) -> Int { state.withLock { $0.calls[call, default: 0] } }

  /// What it answers when it is to keep its state.
  func setKeepResult(_ result: Wire.KeepResult) { state.withLock { $0.keepResult = result } }

  /// Runs `action` with the index of each sample that arrives.
  func onArrival(_ action: @escaping @Sendable (UInt32) async -> Void) { arrival.withLock { $0 = action } }

  /// The device does not answer any more, until it does again.
  func setAbsent(_ isAbsent: Bool) { state.withLock { $0.isAbsent = isAbsent } }

  func connect() async throws(DeviceFailure) -> any DeviceConnection {
    let opened = state.withLock { state -> (Int, Wire.DeviceInfo)? in
      if state.isAbsent { return nil }
      state.connection += 1
      return (state.connection, Self.info(state))
    }
    guard let opened else { throw .vanished(reason: "nothing answers") }
    return Connection(device: self, number: opened.0, info: opened.1)
  }

  static func stepped(_ bytes: [UInt8], by sample: DeviceSample) -> [UInt8] {
    var digest = Digest64(bytes)
    digest.update(sample.input.map(UInt8.init(bitPattern:)))
    digest.update([UInt8(sample.label), UInt8(truncatingIfNeeded: sample.rateMantissa >> 15), sample.rateShift, sample.isHeld ? 1 : 0])
    return digest.hex.utf8.map { $0 }
  }

  private static func info(_ state: State) -> Wire.DeviceInfo {
    Wire.DeviceInfo(
      bootID: 1, uid: Array(repeating: 1, count: 12), board: "scripted", firmware: "1",
      modelHash: 1, planHash: 2, semanticsHash: 3, layoutHash: 4, sampleQueueBytes: 1024, sampleSlots: 2,
      recordSlots: UInt16(recordSlots), inputBytes: 2, targetBytes: 0, classCount: 4,
      segments: [.init(kind: .header, byteCount: 4), .init(kind: .weights, byteCount: 12)], bauds: [], memory: [],
      counterUnit: .instructions, counterHertz: 0, run: state.run, nextIndex: state.next, trainingStep: 0,
      checkpointGeneration: state.kept?.generation ?? 0, state: state.running, bitsPerSecond: 0)
  }

  /// One connection; it is dead once another one was opened or the port vanished.
  private final class Connection: DeviceConnection {
    let device: ScriptedDevice
    let number: Int
    let info: Wire.DeviceInfo
    private let answers = Mutex<[Wire.Step]>([])

    init(device: ScriptedDevice, number: Int, info: Wire.DeviceInfo) {
      self.device = device
      self.number = number
      self.info = info
    }

    private func call<Value>(
      _ call: Call? = nil, _ body: (inout State) throws(DeviceFailure) -> Value
    ) throws(DeviceFailure) -> Value {
      let result = device.state.withLock { state -> Result<Value, DeviceFailure> in
        guard state.connection == number, !state.isAbsent else { return .failure(.vanished(reason: "unplugged")) }
        do throws(DeviceFailure) {
          if let call { try state.beginCall(call) }
          let value = try body(&state)
          if let call { try state.endCall(call) }
          return .success(value)
        } catch {
          return .failure(error)
        }
      }
      return try result.get()
    }

    func beginRun(_ request: Wire.RunBegin) async throws(DeviceFailure) -> Wire.RunReport {
      try call(.beginRun) { (state) throws(DeviceFailure) in
        if state.running == .running, state.run == request.run { return state.report }
        if request.flags & 1 == 1 { state.bytes = ScriptedDevice.initialBytes }
        state.run = request.run
        state.next = request.firstIndex
        state.running = .running
        state.ring = []
        return state.report
      }
    }

    func endRun() async throws(DeviceFailure) -> Wire.RunReport {
      try call(.endRun) { (state) throws(DeviceFailure) in
        state.running = .ended
        return state.report
      }
    }

    func digest() async throws(DeviceFailure) -> Wire.DigestReport {
      try call(.digest) { (state) throws(DeviceFailure) in
        Wire.DigestReport(digest: state.report.digest, trainingStep: 0, run: state.run, nextIndex: state.next)
      }
    }

    func send(_ sample: DeviceSample) async throws(DeviceFailure) {
      await device.arrival.withLock { $0 }(sample.index)
      var answer = try call { (state) throws(DeviceFailure) in try state.take(sample) }
      device.lie.withLock { $0 }(&answer)
      answers.withLock { $0.append(answer) }
    }

    func nextAnswer() async throws(DeviceFailure) -> Wire.Step {
      try call { (_) throws(DeviceFailure) in }
      guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
        throw .refused(reason: "an answer is awaited, and nothing was sent")
      }
      return answer
    }

    func read(_ reading: inout StateReading) async throws(DeviceFailure) {
      let bytes = try call(.readState) { (state) throws(DeviceFailure) in state.bytes }
      while case .segmentRead(let request)? = reading.nextRequest(pieceBytes: 5) {
        let start = Int(request.offset) + (request.segment == .header ? 0 : 4)
        _ = reading.take(
          .init(segment: request.segment, offset: request.offset, data: Array(bytes[start...].prefix(Int(request.count)))))
      }
    }

    func write(_ writing: inout StateWriting) async throws(DeviceFailure) {
      let segments = writing.segments
      try call(.writeState) { (state) throws(DeviceFailure) in
        guard state.running != .running else { throw .refused(reason: "a run is open") }
        state.bytes = segments.flatMap(\.bytes)
      }
    }

    func keepState() async throws(DeviceFailure) -> Wire.StateKept {
      try call(.keepState) { (state) throws(DeviceFailure) in
        if state.keepResult == .kept {
          state.kept = (state.bytes, state.run, state.next, (state.kept?.generation ?? 0) + 1)
        }
        return Wire.StateKept(generation: state.kept?.generation ?? 0, milliseconds: 1, result: state.keepResult)
      }
    }

    var events: AsyncStream<DeviceEvent> { AsyncStream { $0.finish() } }

    func close() async {}
  }
}

extension ScriptedDevice.State {
  fileprivate var report: Wire.RunReport {
    Wire.RunReport(
      run: run, nextIndex: next, trainingStep: 0, digest: Digest64(bytes).value, state: running)
  }

  private mutating func reset() {
    if let kept {
      (bytes, run, next, running, ring) = (kept.bytes, kept.run, kept.next, .ended, [])
    } else {
      bytes = ScriptedDevice.initialBytes
      (run, next, running, ring) = (0, 0, .idle, [])
    }
  }

  fileprivate mutating func beginCall(_ call: ScriptedDevice.Call) throws(DeviceFailure) {
    calls[call, default: 0] += 1
    let count = calls[call, default: 0]
    if faults.contains(.unplugBeforeCall(call, count)) { try vanish() }
    if faults.contains(.resetAtCall(call, count)) {
      reset()
      try vanish()
    }
    if faults.contains(.takenOverAtCall(call, count)) {
      bytes = Array(repeating: 9, count: 16)
      (run, next, running, ring) = (77, 5, .running, [])
      try vanish()
    }
  }

  fileprivate mutating func endCall(_ call: ScriptedDevice.Call) throws(DeviceFailure) {
    if faults.contains(.unplugAfterCall(call, calls[call, default: 0])) { try vanish() }
  }

  private mutating func vanish() throws(DeviceFailure) {
    connection += 1
    throw .vanished(reason: "unplugged")
  }

  fileprivate mutating func take(_ sample: DeviceSample) throws(DeviceFailure) -> Wire.Step {
    arrivals += 1
    if faults.contains(.reset(arrivals)) {
      reset()
      connection += 1
      throw .vanished(reason: "reset")
    }
    if faults.contains(.unplugBefore(arrivals)) {
      connection += 1
      throw .vanished(reason: "unplugged")
    }
    let answer = try answer(sample)
    if faults.contains(.unplugAfter(arrivals)) {
      connection += 1
      throw .vanished(reason: "unplugged")
    }
    return answer
  }

  private mutating func answer(_ sample: DeviceSample) throws(DeviceFailure) -> Wire.Step {
    guard running == .running, sample.index <= next else { throw .refused(reason: "index \(sample.index) at \(next)") }
    if sample.index < next {
      guard let kept = ring.first(where: { $0.index == sample.index }) else { throw .refused(reason: "forgotten") }
      return kept
    }
    if sample.mode == .train { bytes = ScriptedDevice.stepped(bytes, by: sample) }
    next += 1
    applied += 1
    let step = Wire.Step(
      run: run, index: sample.index, mode: sample.mode, lossQ16: Int32(bytes[0]) << 10, prediction: 1,
      label: UInt16(sample.label), correct: 0, trainingStep: 0, waitTicks: 1, forwardTicks: 2, backwardTicks: 3,
      updateTicks: 4, saturated: 0, unchanged: 0, stackHighWaterBytes: 0, overruns: 0, framingErrors: 0,
      noiseErrors: 0, flags: 0, digest: 0)
    ring = (ring + [step]).suffix(ScriptedDevice.recordSlots)
    return step
  }
}
