import DeviceLink
import FaultSimulation
import WireProtocol

/// Both real ends, host and device, on a simulated line with a clock that counts milliseconds.
struct Simulation {
  private(set) var host: Conversation
  var device: any SimulatedDevice
  private(set) var milliseconds: UInt32 = 0
  /// What happened, in order; the test takes it.
  var effects: [Conversation.Effect] = []
  /// How long each step keeps the device from its line.
  var stepMilliseconds: UInt32 = 3
  private var toDevice: SimulatedLine
  private var toHost: SimulatedLine
  private var random: SplitMix
  /// The device's receive ring, which fills while a step runs, and its size.
  private var ring: [UInt8] = []
  private static let ringBytes = 4095
  private var busyUntil: UInt32 = 0

  private let policy: RetryPolicy

  init(
    _ device: any SimulatedDevice, seed: UInt64 = 1, faults: SimulatedLine.Faults = .init(),
    policy: RetryPolicy = RetryPolicy(connectTimeout: .seconds(60))
  ) {
    self.device = device
    self.policy = policy
    host = Conversation(name: "line", policy: policy, session: seed | 1)
    toDevice = SimulatedLine(faults)
    toHost = SimulatedLine(faults)
    random = SplitMix(seed: seed)
  }

  var now: Duration { .milliseconds(Int64(milliseconds)) }
  var faultCount: Int { toDevice.faultCount + toHost.faultCount }

  /// One millisecond.
  mutating func advance() {
    milliseconds += 1
    advanceHost()
    advanceDevice()
  }

  /// Advances until `isDone`, at most `limit` milliseconds. True when it came to that.
  mutating func run(limit: UInt32 = 600_000, until isDone: (inout Simulation) -> Bool) -> Bool {
    let end = milliseconds + limit
    while milliseconds < end {
      if isDone(&self) { return true }
      advance()
    }
    return isDone(&self)
  }

  mutating func start(expecting expected: ExpectedHashes? = nil) {
    host.start(expecting: expected, timeout: .seconds(60), now: now)
  }

  /// Sends a call and returns its answer; nil when none came or the run of time ended.
  mutating func call(_ request: Wire.Message) -> Result<Wire.Message, DeviceLinkError>? {
    let (ids, done) = host.call([request], now: now)
    effects += done
    var answer: Result<Wire.Message, DeviceLinkError>?
    _ = run { simulation in
      for case .finish(ids[0], let result) in simulation.effects { answer = result }
      return answer != nil
    }
    return answer
  }

  mutating func submit(_ sample: DeviceSample) throws(DeviceLinkError) {
    try host.submit(sample, now: now)
  }

  mutating func close(_ error: DeviceLinkError) { effects += host.close(error) }

  /// A new host process in place of the old one, which died with what it had not said yet.
  mutating func replaceHost(session: UInt64) {
    host = Conversation(name: "line", policy: policy, session: session)
    effects = []
    start()
  }

  /// A new boot of the device, or another device.
  mutating func replaceDevice(_ device: any SimulatedDevice) {
    self.device = device
    ring = []
    busyUntil = 0
  }

  private mutating func advanceHost() {
    effects += host.receive(toHost.advance(to: milliseconds, &random), now: now)
    while toDevice.queuedBytes < 368, let frame = host.nextFrame(now: now) { toDevice.write(frame) }
    effects += host.tick(now: now)
  }

  private mutating func advanceDevice() {
    ring += toDevice.advance(to: milliseconds, &random).prefix(Self.ringBytes - ring.count)
    guard milliseconds >= busyUntil else { return }
    device.receive(ring, now: milliseconds)
    ring = []
    let before = device.stepCount
    _ = device.poll(now: milliseconds)
    if device.stepCount != before { busyUntil = milliseconds + stepMilliseconds }
    while let frame = device.nextFrame(capacity: 1023 - toHost.queuedBytes, now: milliseconds) {
      toHost.write(frame)
    }
  }
}
