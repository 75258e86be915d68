import FaultSimulation
import Foundation

/// What the thread of a `FaultyLine` does every millisecond.
struct LineEngine {
  private let settings: FaultyLine.Settings
  private let link: URL
  private let openDevice: () -> CInt?
  private var random: SplitMix
  private var toDevice: FaultyWire
  private var toHost: FaultyWire
  private var counts = FaultCounts()
  private var device: CInt?
  /// The terminal's master; nil while it is unplugged.
  private var terminal: PlainTerminal?
  private var toDeviceUnsent: [UInt8] = []
  private var toHostUnsent: [UInt8] = []
  private var now = 0
  private var pluggedAt = 0
  private var nextMishap = Int.max
  private var nextUnplug = Int.max

  init(_ settings: FaultyLine.Settings, terminal: PlainTerminal, link: URL, device: @escaping () -> CInt?) {
    self.settings = settings
    self.terminal = terminal
    self.link = link
    openDevice = device
    var random = SplitMix(seed: settings.seed)
    func wire(_ random: inout SplitMix) -> FaultyWire {
      FaultyWire(
        baud: settings.baud, latencyMilliseconds: settings.latencyMilliseconds, perByte: settings.perByte,
        kinds: settings.kinds, &random)
    }
    toDevice = wire(&random)
    toHost = wire(&random)
    self.random = random
    drawMishap()
    drawUnplug()
  }

  /// A new terminal under the link.
  private mutating func plugIn() throws {
    let terminal = try PlainTerminal()
    try terminal.link(at: link)
    self.terminal = terminal
  }

  /// Moves bytes until `share`, which is told what changed, says to stop.
  mutating func run(_ share: (_ update: (inout FaultyLine.Shared) -> Void) -> Bool) {
    let clock = ContinuousClock()
    let start = clock.now
    var isRunning = true
    while isRunning {
      let due = Int(start.duration(to: clock.now) / .milliseconds(1))
      var isPluggedAgain = false
      while now < due {
        now += 1
        isPluggedAgain = tick() || isPluggedAgain
      }
      let (counts, carried) = (counts, (toDevice.carried, toHost.carried))
      isRunning = share {
        $0.counts = counts
        $0.carried = carried
        if isPluggedAgain { $0.replugs.append(clock.now) }
      }
      usleep(500)
    }
    terminal?.close(unlinking: link)
    if let device { close(device) }
  }

  /// One millisecond; true when the port has come back in it.
  private mutating func tick() -> Bool {
    if device == nil, now % 20 == 1 { device = openDevice() }
    doMishap()
    let isBack = plugInWhenDue()
    if let terminal { toDevice.write(terminal.read(upTo: toDevice.roomBytes)) }
    if let device { toHost.write(read(device, upTo: toHost.roomBytes)) }
    toDeviceUnsent += toDevice.advance(to: now, &random, &counts)
    toHostUnsent += toHost.advance(to: now, &random, &counts)
    writeOut()
    return isBack
  }

  private mutating func writeOut() {
    if let device { toDeviceUnsent.removeFirst(sent(toDeviceUnsent, to: device)) }
    if let terminal { toHostUnsent.removeFirst(sent(toHostUnsent, to: terminal.master)) }
    // Whoever does not read loses what comes.
    if toDeviceUnsent.count > 65_536 { toDeviceUnsent = [] }
    if toHostUnsent.count > 4095 { toHostUnsent = [] }
  }

  private mutating func read(_ descriptor: CInt, upTo count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    var isAtEnd = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let result = Foundation.read(descriptor, buffer.baseAddress, count)
      filled = max(0, result)
      isAtEnd = result == 0 || (result < 0 && errno != EAGAIN)
    }
    if isAtEnd {
      close(descriptor)
      device = nil
    }
    return bytes
  }

  private func sent(_ bytes: [UInt8], to descriptor: CInt) -> Int {
    bytes.isEmpty ? 0 : max(0, Foundation.write(descriptor, bytes, bytes.count))
  }
}

extension LineEngine {
  private mutating func drawMishap() {
    nextMishap = settings.mishapMilliseconds.map { now + random.wait(mean: $0) } ?? Int.max
  }

  private mutating func drawUnplug() {
    let carried = toDevice.carried + toHost.carried
    nextUnplug = settings.unplugBytes.map { carried + random.wait(mean: $0) } ?? Int.max
  }

  private mutating func doMishap() {
    if terminal != nil, toDevice.carried + toHost.carried >= nextUnplug { unplug() }
    guard now >= nextMishap else { return }
    drawMishap()
    let end = now + random.wait(mean: 60)
    switch random.next() % 4 {
    case 0:
      counts[.cut] += 1
      toDevice.cut(until: end)
    case 1:
      counts[.cut] += 1
      toHost.cut(until: end)
    case 2:
      counts[.stall] += 1
      toDevice.stall(until: end)
    default:
      counts[.stall] += 1
      toHost.stall(until: end)
    }
  }

  private mutating func unplug() {
    counts[.unplug] += 1
    terminal?.close(unlinking: link)
    terminal = nil
    toDevice.dropAll()
    toHost.dropAll()
    (toDeviceUnsent, toHostUnsent) = ([], [])
    pluggedAt = now + settings.unplugMilliseconds.lowerBound
    pluggedAt += Int(random.next() % UInt64(settings.unplugMilliseconds.count))
  }

  private mutating func plugInWhenDue() -> Bool {
    guard terminal == nil, now >= pluggedAt else { return false }
    do {
      try plugIn()
    } catch {
      pluggedAt = now + 100
      return false
    }
    drawUnplug()
    return true
  }
}
