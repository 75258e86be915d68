/// One direction of a serial line in steps of one millisecond: a rate, a latency, and faults.
struct FaultyWire {
  let bytesPerMillisecond: Int
  let latencyMilliseconds: Int
  private let perByte: Double
  /// Written and not sent yet: the sender's kernel or transmit ring.
  private(set) var queue: [UInt8] = []
  private var onTheWay: [(bytes: [UInt8], arrival: Int)] = []
  private var deadUntil = 0
  private var stalledUntil = 0
  /// Good bytes before the next damaged one.
  private var goodBytes = Int.max
  /// Bytes put on the line so far.
  private(set) var carried = 0
  /// The port vanishes behind this many bytes; nil for never.
  var bytesToUnplug: Int?

  init(bytesPerMillisecond: Int, latencyMilliseconds: Int, perByte: Double, _ random: inout SplitMix) {
    self.bytesPerMillisecond = bytesPerMillisecond
    self.latencyMilliseconds = latencyMilliseconds
    self.perByte = perByte
    drawGoodBytes(&random)
  }

  private mutating func drawGoodBytes(_ random: inout SplitMix) {
    goodBytes = perByte > 0 ? random.wait(mean: 1 / perByte) - 1 : Int.max
  }

  var isEmpty: Bool { queue.isEmpty && onTheWay.isEmpty }
  var mustUnplug: Bool { bytesToUnplug.map { carried >= $0 } ?? false }

  mutating func write(_ bytes: [UInt8]) { queue += bytes }
  mutating func cut(until moment: Int) { deadUntil = moment }
  mutating func stall(until moment: Int) { stalledUntil = moment }

  /// What the sender had not sent yet is gone.
  mutating func dropQueue() { queue = [] }

  mutating func dropAll() {
    queue = []
    onTheWay = []
  }

  /// The whole frames on the line change places.
  mutating func reorder(_ random: inout SplitMix) {
    let bytes = onTheWay.flatMap(\.bytes) + queue
    onTheWay = []
    var frames = bytes.split(separator: 0, omittingEmptySubsequences: false)
    let rest = frames.removeLast()
    frames.shuffle(using: &random)
    queue = Array(frames.joined(separator: [0]))
    if !frames.isEmpty { queue.append(0) }
    queue += rest
  }

  /// The bytes that arrive in this millisecond.
  mutating func advance(to now: Int, _ random: inout SplitMix, _ counts: inout FaultCounts) -> [UInt8] {
    if isEmpty || now < stalledUntil { return [] }
    if !queue.isEmpty { send(now, &random, &counts) }
    guard let first = onTheWay.first, first.arrival <= now else { return [] }
    onTheWay.removeFirst()
    return first.bytes
  }

  private mutating func send(_ now: Int, _ random: inout SplitMix, _ counts: inout FaultCounts) {
    var count = min(queue.count, bytesPerMillisecond)
    if let limit = bytesToUnplug { count = min(count, max(0, limit - carried)) }
    carried += count
    defer { queue.removeFirst(count) }
    if now < deadUntil { return }
    var bytes = Array(queue.prefix(count))
    if count > goodBytes {
      bytes = damaged(bytes, &random, &counts)
    } else if goodBytes < Int.max {
      goodBytes -= count
    }
    onTheWay.append((bytes, now + latencyMilliseconds))
  }

  private mutating func damaged(_ bytes: [UInt8], _ random: inout SplitMix, _ counts: inout FaultCounts) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 4)
    for byte in bytes {
      guard goodBytes == 0 else {
        goodBytes -= 1
        result.append(byte)
        continue
      }
      drawGoodBytes(&random)
      switch random.next() % 4 {
      case 0:
        result.append(byte ^ 1 << UInt8(random.next() % 8))
        counts[.flippedByte] += 1
      case 1: counts[.droppedByte] += 1
      case 2:
        result += [byte, byte]
        counts[.doubledByte] += 1
      default:
        result += [byte, UInt8(truncatingIfNeeded: random.next())]
        counts[.insertedByte] += 1
      }
    }
    return result
  }
}
