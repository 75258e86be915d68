import FaultSimulation

/// One direction of a serial line: a rate, a latency and faults, in steps of one millisecond.
struct SimulatedLine {
  struct Faults {
    /// Probabilities for each byte.
    var flip = 0.0
    var drop = 0.0
    var double = 0.0
    var insert = 0.0
    /// Probability for each millisecond that the line goes dead, and for how long.
    var cut = 0.0
    var cutMilliseconds = 1...400
  }

  private static let bytesPerMillisecond = 92
  private static let latencyMilliseconds: UInt32 = 1

  private let faults: Faults
  private var queue: [UInt8] = []
  private var onTheWay: [(bytes: [UInt8], arrival: UInt32)] = []
  private var deadUntil: UInt32 = 0
  private(set) var faultCount = 0

  init(_ faults: Faults) { self.faults = faults }

  var queuedBytes: Int { queue.count }

  mutating func write(_ bytes: [UInt8]) { queue += bytes }

  /// The bytes that arrive in this millisecond.
  mutating func advance(to now: UInt32, _ random: inout SplitMix) -> [UInt8] {
    if now >= deadUntil, random.chance(faults.cut) {
      deadUntil = now + UInt32(faults.cutMilliseconds.randomElement(using: &random) ?? 1)
      faultCount += 1
    }
    let leaving = queue.prefix(Self.bytesPerMillisecond)
    queue.removeFirst(leaving.count)
    let bytes = now < deadUntil ? [] : leaving.flatMap { damaged($0, &random) }
    onTheWay.append((bytes, now + Self.latencyMilliseconds))
    let arrived = onTheWay.prefix { $0.arrival <= now }
    onTheWay.removeFirst(arrived.count)
    return arrived.flatMap(\.bytes)
  }

  private mutating func damaged(_ byte: UInt8, _ random: inout SplitMix) -> [UInt8] {
    var result = [byte]
    if random.chance(faults.flip) { result[0] ^= 1 << UInt8(random.next() % 8) }
    if random.chance(faults.drop) { result = [] }
    if random.chance(faults.double) { result += result }
    if random.chance(faults.insert) { result.append(UInt8(truncatingIfNeeded: random.next())) }
    if result != [byte] { faultCount += 1 }
    return result
  }
}
