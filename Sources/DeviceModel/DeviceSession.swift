import ArtifactManifest
import WireProtocol

/// The device's side of the protocol above the link, as a pure state machine: messages in, messages
/// out. Twin of Firmware/runtime/session.c.
///
/// Invariants:
/// - Exactly once: a sample is named by (run, index) and applied only when its index is
///   `records.next`. A repeat is answered from `records` and changes nothing.
/// - `runNextSample` runs at most one step; `receive` runs none.
/// - A message that cannot be carried out is answered by ERROR_REPORT and changes nothing.
package struct DeviceSession<Engine: StepEngine> {
  /// Whole samples held at once, the one in use included.
  package static var sampleSlots: Int { 2 }
  /// Every record of this many training steps carries a digest of the training state.
  package static var digestInterval: UInt32 { 64 }

  var engine: Engine
  /// nil: nothing outlives the device.
  let keptStates: KeptStates?
  var samples: [Wire.Sample] = []
  var records = RecordRing()
  /// The open or last run; 0 for none.
  var run: UInt64 = 0
  var state = Wire.RunState.idle
  /// RUN_END came and waits for the samples before it.
  var runEnding = false
  /// No sample was left at `waitingSince` on the counter.
  var isWaiting = true
  var waitingSince: UInt64 = 0

  /// The training state is the one kept last, or else the initial one with seed 0.
  package init(engine: Engine, keptStates: KeptStates? = nil) {
    self.engine = engine
    self.keptStates = keptStates
    self.engine.reset(seed: 0)
    restoreKeptState()
  }

  /// A new connection: what the last one left behind is sent again by the host.
  package mutating func connect() {
    samples.removeAll()
    runEnding = false
  }

  /// Carries out one message, or queues it when it is a sample. Returns the answers.
  ///
  /// - Parameter ticks: the device's counter.
  package mutating func receive(_ message: Wire.Message, ticks: UInt64) -> [Wire.Message] {
    do {
      return try carryOut(message, ticks: ticks)
    } catch {
      return [.errorReport(error.report)]
    }
  }

  /// The answer to a message that cannot be read.
  package func answer(to error: WireError) -> Wire.Message {
    .errorReport(DeviceFault(error).report)
  }

  private mutating func carryOut(
    _ message: Wire.Message, ticks: UInt64
  ) throws(DeviceFault) -> [Wire.Message] {
    switch message {
    case .runBegin(let begin): return [try beginRun(begin, ticks: ticks)]
    case .runEnd(let end): return try endRun(end)
    case .resetState(let reset): return [try resetState(reset)]
    case .digest: return [digestReport]
    case .time(let time):
      return [.timeReport(.init(hostMicroseconds: time.hostMicroseconds, ticks: ticks))]
    case .segmentRead(let read): return [try readSegment(read)]
    case .segmentWrite(let write): return [try writeSegment(write)]
    case .linkTest(let test): return [answer(to: test)]
    case .stateKeep: return [keepState()]
    case .speedPropose(let propose): return [refusal(ofSpeed: propose.bitsPerSecond)]
    case .speedCommit(let commit): return [refusal(ofSpeed: commit.bitsPerSecond)]
    case .sample(let sample):
      samples.append(sample)
      return []
    case .hostHello, .deviceHello, .deviceInfo, .refuse, .runReport, .digestReport, .timeReport, .pause,
      .speedReport, .linkCounters, .linkCountersReport, .linkTestReport,
      .stateKept, .errorReport, .crashReport, .crashRegisters, .step, .output, .gap, .segmentData, .segmentWritten, .log:
      throw DeviceFault(.unknownMessage, context: UInt32(type(of: message.content).kind.rawValue))
    }
  }
}

extension DeviceSession {
  /// Bytes of SAMPLE messages that still fit: the credit given to the host.
  package var freeSampleBytes: Int {
    max(0, Self.sampleSlots - samples.count) * sampleMessageBytes
  }

  /// The same of an empty queue.
  package var sampleQueueBytes: Int { Self.sampleSlots * sampleMessageBytes }

  /// True while a whole sample waits to be applied.
  package var hasSample: Bool { !samples.isEmpty }

  /// True when the next sample changes the weights.
  package var nextSampleTrains: Bool { samples.first?.mode == .train }

  private var sampleMessageBytes: Int { Wire.Sample.headBytes + engine.inputBytes + engine.targetBytes }

  /// Training steps in the state: the first field of its header.
  var trainingStep: UInt32 {
    engine.bytes(ofSegment: 0).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// FNV-1a over the segments in order.
  var digest: UInt64 {
    var digest = Digest64()
    for index in engine.segments.indices { digest.update(engine.bytes(ofSegment: index)) }
    return digest.value
  }
}

extension Wire.Sample {
  /// Bytes of a message before its input: identifier, run, index, mode, label, rate, count.
  static let headBytes = Wire.Sample(
    run: 0, index: 0, mode: .train, label: 0, rateMantissa: 0, rateShift: 0, momentum: 0, decay: 0, flags: 0,
    input: []
  ).bytes.count
}
