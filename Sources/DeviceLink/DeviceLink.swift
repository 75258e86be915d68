import Transport
import WireProtocol

/// The host's end of a connection to one device: runs, samples, training state.
///
/// The face: what callers see. `Conversation` decides what to say, `DeviceLink+Pump` moves bytes,
/// `Waiters` keeps the callers that wait.
///
/// One object serves one open port. A silent line and a device that lets go of the connection are
/// healed here: hellos are repeated, and what was not answered is sent again. A port that vanishes
/// ends the object: every call and the run's answers throw `DeviceLinkError.gone`, and the caller
/// makes a new one over the port that comes back. No step is lost or doubled by either.
///
/// Cancelling a task does not take back what it has asked; `close()` ends every wait.
package actor DeviceLink {
  /// What a person would call the port.
  package nonisolated let name: String
  /// What the device tells without being asked; the newest 64 are kept for one reader.
  package nonisolated let events: AsyncStream<DeviceEvent>

  let transport: any ByteTransport
  let policy: RetryPolicy
  let clock: LinkClock
  let session: UInt64
  let speed: SpeedPlan?
  let trace: LinkTrace?
  /// Nanoseconds since 1970 of the clock's zero, while there is a trace.
  var traceZero: UInt64 = 0
  let eventSink: AsyncStream<DeviceEvent>.Continuation
  var conversation: Conversation
  var waiters = Waiters()
  var pump = LinkPump()

  /// - Parameters:
  ///   - session: a random number that names this object to the device; never 0.
  ///   - speed: how a serial line finds its rate; nil to leave it as it was opened.
  ///   - trace: records everything that goes over the line, for `TraceReplay`.
  package init(
    transport: any ByteTransport, policy: RetryPolicy = RetryPolicy(),
    clock: LinkClock = .system, session: UInt64 = .random(in: 1 ... .max), speed: SpeedPlan? = nil,
    trace: LinkTrace? = nil
  ) {
    name = transport.name
    self.session = session
    // A socket has no rate of its own; the emulator's carries whatever rate its board has, so all can be tried there.
    self.speed = transport is any SerialLine || speed?.triesEveryRate == true ? speed : nil
    self.trace = trace
    self.transport = transport
    self.policy = policy
    self.clock = clock
    (events, eventSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    conversation = Conversation(name: transport.name, policy: policy, session: session, speed: self.speed)
  }

  /// The device that answered last; nil before `connect`.
  package var device: DeviceDescription? { conversation.device }

  /// The fastest rate that proved good, for `SpeedPlan.rememberedBaud`; nil for none above the standard.
  package var bestBaud: Int? { conversation.bestBaud }

  /// What came of each rate of the device's ladder, where the plan was to try all.
  package var speedTrials: [SpeedTrial] { conversation.speedTrials }

  /// What the link has seen since it began.
  package var statistics: LinkStatistics { conversation.statistics }

  /// Says hello every 200 ms until the device answers. To be called once, and first.
  ///
  /// - Parameters:
  ///   - expected: the artifact the device is to run; nil to take any.
  ///   - timeout: `RetryPolicy.connectTimeout` when nil.
  /// - Throws: `.noAnswer`, `.refused`, `.otherSchema`, `.otherArtifact`, `.gone`, `.portFailed`;
  ///   the port is closed then.
  package func connect(
    expecting expected: ExpectedHashes? = nil, within timeout: Duration? = nil
  ) async throws(DeviceLinkError) -> DeviceDescription {
    begin(expecting: expected, timeout: timeout ?? policy.connectTimeout)
    startPump()
    while true {
      switch conversation.phase {
      case .over(let error): throw error
      case .connected:
        if let device { return device }
      case .new, .greeting, .tuning: break
      }
      await sleep()
    }
  }

  /// Ends every wait with `DeviceLinkError.gone` and closes the port. The device keeps the run.
  package func close() async {
    end(.gone(name: name))
    await pump.closer?.value
  }
}
