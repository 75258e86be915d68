import DeviceLink
import WireProtocol

/// A device, a line and an open port on one clock of milliseconds, and all that goes wrong with them.
///
/// Invariants:
/// - Everything follows from the seed: the same one gives the same course, byte for byte.
/// - `host` is the conversation over the open port; it ends with the port or with the host's process.
/// - While `device` is nil it has no power; it comes back with another boot and an empty SRAM.
final class World {
  let mix: FaultMix
  private(set) var now = 0
  private(set) var counts = FaultCounts()
  private(set) var host: Conversation?
  private(set) var device: FirmwareDevice?
  private(set) var outages = Outages()
  var random: SplitMix
  /// What the conversation said and the host's program has not looked at yet.
  private var effects: [Conversation.Effect] = []
  private var toDevice: FaultyWire
  private var toHost: FaultyWire
  /// The device's receive ring, which fills while a step runs.
  private var ring: [UInt8] = []
  private static let ringBytes = 4095
  /// What the host's kernel keeps for a process that does not read.
  private static let kernelBytes = 4095
  private var unread: [UInt8] = []
  private let stepMilliseconds: Int
  /// Milliseconds that an operation of a step takes.
  private let servedEvery: Int
  private var isStepping = false
  private var bootCount: UInt32 = 0
  private var bootsAt = 0
  private var pluggedAt = 0
  private var wakesAt = 0
  private var nextMishap = Int.max
  private var nextDeath = Int.max
  private var hostDeadline = 0
  private var isDead = false
  /// Whether the device lost its power when `unplug(afterBytesToDevice:toHost:isPoweredByPort:)` happens.
  private var losesPower = false

  init(mix: FaultMix, random generator: SplitMix) {
    var generator = generator
    self.mix = mix
    let baud = [115_200, 921_600, 921_600, 2_000_000][Int(generator.next() % 4)]
    let latency = [1, 1, 2, 10][Int(generator.next() % 4)]
    stepMilliseconds = [1, 3, 10, 40][Int(generator.next() % 4)]
    servedEvery = [1, 4, 20][Int(generator.next() % 3)]
    toDevice = FaultyWire(
      baud: baud, latencyMilliseconds: latency, perByte: mix.perByte, &generator)
    toHost = FaultyWire(baud: baud, latencyMilliseconds: latency, perByte: mix.perByte, &generator)
    random = generator
    drawMishap()
    drawDeath()
  }

  var time: Duration { .milliseconds(now) }
  private var isPlugged: Bool { now >= pluggedAt }

  /// Opens the port; false while it is not there.
  func open(policy: RetryPolicy) -> Bool {
    guard isPlugged else { return false }
    effects = []
    unread = []
    var conversation = Conversation(name: "line", policy: policy, session: random.next() | 1)
    conversation.start(expecting: nil, timeout: policy.connectTimeout, now: time)
    host = conversation
    hostDeadline = now
    return true
  }

  /// The host's program speaks with its conversation.
  func talk<Value>(_ body: (inout Conversation) throws(DeviceLinkError) -> Value) throws(DeviceLinkError) -> Value {
    guard var conversation = host else { throw .gone(name: "line") }
    host = nil  // so that the change happens in place
    defer { host = conversation }
    hostDeadline = now
    return try body(&conversation)
  }

  func takeEffects() -> [Conversation.Effect] {
    defer { effects = [] }
    return effects
  }

  func close() { host = nil }

  /// Unplugs when this many bytes have gone to the device, or to the host.
  func unplug(afterBytesToDevice toDeviceBytes: Int?, toHost toHostBytes: Int?, isPoweredByPort: Bool) {
    toDevice.bytesToUnplug = toDeviceBytes
    toHost.bytesToUnplug = toHostBytes
    losesPower = isPoweredByPort
  }

  /// Bytes that went either way.
  var carried: (toDevice: Int, toHost: Int) { (toDevice.carried, toHost.carried) }

  /// One millisecond.
  ///
  /// - Throws: `.died` when the host's process dies in it.
  func advance() throws(Interruption) {
    if now >= nextDeath { throw die() }
    tick()
  }

  private func tick() {
    now += 1
    if now >= nextMishap { doMishap() }
    if toDevice.mustUnplug || toHost.mustUnplug { unplugOnce() }
    advanceHost()
    advanceDevice()
    outages.notice(isWhole: isPlugged && device != nil && now >= wakesAt && !isDead, now: now)
  }

  /// A boundary of the host's journal.
  func boundary() throws(Interruption) {
    if random.chance(mix.deathAtBoundary) { throw die() }
  }

  /// The host's program has a step's record.
  func noticeStep() { outages.noticeStep(now: now) }

  /// Whether the host's machine, and not its process alone, stopped at the last death.
  private(set) var lostPower = false

  private func die() -> Interruption {
    lostPower = random.chance(0.3)
    counts[lostPower ? .powerLoss : .kill] += 1
    outages.begin(lostPower ? .powerLoss : .kill)
    host = nil
    isDead = true
    return .died
  }
}

extension World {
  /// The time until the host's process, or its machine, is back. The line and the device go on.
  func stayDead() {
    let end = now + random.wait(mean: lostPower ? 3000 : 300)
    while now < end { tick() }
    drawDeath()
    isDead = false
  }

  private func advanceHost() {
    let arrived = toHost.advance(to: now, &random, &counts)
    guard host != nil else { return }
    if now < wakesAt {
      unread += arrived.prefix(Self.kernelBytes - unread.count)
      return
    }
    let bytes = unread.isEmpty ? arrived : unread + arrived
    if bytes.isEmpty && now < hostDeadline { return }
    unread = []
    if !bytes.isEmpty { effects += host?.receive(bytes, now: time) ?? [] }
    while toDevice.hasRoom, let frame = host?.nextFrame(now: time) {
      toDevice.write(frame)
    }
    effects += host?.tick(now: time) ?? []
    // A line that is full is looked at again when it has drained.
    let moment = toDevice.queue.isEmpty ? host?.deadline : time
    hostDeadline = moment.map { Int(($0 / .milliseconds(1)).rounded(.up)) } ?? Int.max
  }

  private func advanceDevice() {
    let arrived = toDevice.advance(to: now, &random, &counts)
    guard let device else {
      if isPlugged && now >= bootsAt { boot() }
      return
    }
    if !arrived.isEmpty { ring += arrived.prefix(Self.ringBytes - ring.count) }
    guard !isStepping else { return }
    serve(device)
    isStepping = true
    _ = device.poll(now: milliseconds)
    isStepping = false
    // In a long step it may have lost its power.
    if self.device === device { transmit(device) }
  }

  /// A millisecond between two operations of a step. The line is served as often as the step's operations are short.
  private func passInStep() {
    tick()
    if let device, now % servedEvery == 0 { serve(device) }
  }

  private func serve(_ device: FirmwareDevice) {
    if !ring.isEmpty {
      device.receive(ring, now: milliseconds)
      ring.removeAll(keepingCapacity: true)
    }
    transmit(device)
  }

  private func transmit(_ device: FirmwareDevice) {
    while let frame = device.nextFrame(capacity: max(0, 1023 - toHost.queue.count), now: milliseconds) {
      if isPlugged { toHost.write(frame) }
    }
  }

  private var milliseconds: UInt32 { UInt32(truncatingIfNeeded: now) }

  private func boot() {
    bootCount += 1
    let device = FirmwareDevice(bootID: bootCount)
    device.letTimePass(inEachStep: stepMilliseconds) { [unowned self, unowned device] in
      // A device that lost its power in the step is no more.
      if self.device === device { passInStep() }
    }
    self.device = device
    ring = []
  }
}

extension World {
  private func drawMishap() {
    nextMishap = mix.mishapMilliseconds.map { now + random.wait(mean: $0) } ?? Int.max
  }

  private func drawDeath() {
    nextDeath = mix.deathMilliseconds.map { now + random.wait(mean: $0) } ?? Int.max
  }

  private func doMishap() {
    drawMishap()
    let fault = mix.mishaps[Int(random.next() % UInt64(mix.mishaps.count))]
    counts[fault] += 1
    let wire = random.chance(0.5) ? \World.toDevice : \World.toHost
    let length = random.wait(mean: random.chance(0.1) ? 3000 : 100)
    switch fault {
    case .cut: self[keyPath: wire].cut(until: now + length)
    case .stall: self[keyPath: wire].stall(until: now + length)
    case .reordering: self[keyPath: wire].reorder(&random)
    case .unplug: unplug(for: length)
    case .reset: reset(unplugging: random.chance(0.5) ? length : nil)
    case .sleep:
      outages.begin(.sleep)
      wakesAt = now + length
    case .flippedByte, .droppedByte, .doubledByte, .insertedByte, .kill, .powerLoss:
      preconditionFailure("\(fault) is no mishap")
    }
  }

  /// The host reads the end of the file at once.
  private func unplug(for milliseconds: Int) {
    outages.begin(.unplug)
    pluggedAt = max(pluggedAt, now + milliseconds)
    toDevice.dropAll()
    toHost.dropAll()
    effects += host?.close(.gone(name: "line")) ?? []
  }

  private func reset(unplugging milliseconds: Int?) {
    if let milliseconds { unplug(for: milliseconds) }
    outages.begin(.reset)
    device = nil
    toHost.dropQueue()
    bootsAt = now + 20
  }

  private func unplugOnce() {
    (toDevice.bytesToUnplug, toHost.bytesToUnplug) = (nil, nil)
    counts[losesPower ? .reset : .unplug] += 1
    if losesPower { reset(unplugging: 300) } else { unplug(for: 300) }
  }
}
