/// One direction of a serial line in steps of one millisecond: a rate, a latency, and faults.
package struct FaultyWire: Sendable {
  private let bytesPerSecond: Int
  private let latencyMilliseconds: Int
  private let perByte: Double
  private let kinds: [Fault]
  /// Written and not sent yet: the sender's kernel or transmit ring.
  package private(set) var queue: [UInt8] = []
  private var onTheWay: [(bytes: [UInt8], arrival: Int)] = []
  private var deadUntil = 0
  private var stalledUntil = 0
  /// Good bytes before the next damaged one.
  private var goodBytes = Int.max
  /// Bytes put on the line so far.
  package private(set) var carried = 0
  /// The port vanishes behind this many bytes; nil for never.
  package var bytesToUnplug: Int?

  /// - Parameters:
  ///   - perByte: probability of each byte to be damaged.
  ///   - kinds: in which ways, each as likely as the others.
  package init(
    baud: Int, latencyMilliseconds: Int, perByte: Double,
    kinds: [Fault] = [.flippedByte, .droppedByte, .doubledByte, .insertedByte], _ random: inout SplitMix
  ) {
    bytesPerSecond = baud / 10
    self.latencyMilliseconds = latencyMilliseconds
    self.perByte = perByte
    self.kinds = kinds
    drawGoodBytes(&random)
  }

  private mutating func drawGoodBytes(_ random: inout SplitMix) {
    goodBytes = perByte > 0 ? random.wait(mean: 1 / perByte) - 1 : Int.max
  }

  /// What a sender may have queued: about 4 ms of the line.
  package var hasRoom: Bool { roomBytes > 0 }
  package var roomBytes: Int { max(0, bytesPerSecond / 250 - queue.count) }
  package var isEmpty: Bool { queue.isEmpty && onTheWay.isEmpty }
  package var mustUnplug: Bool { bytesToUnplug.map { carried >= $0 } ?? false }

  package mutating func write(_ bytes: [UInt8]) { queue += bytes }
  package mutating func cut(until moment: Int) { deadUntil = moment }
  package mutating func stall(until moment: Int) { stalledUntil = moment }

  /// What the sender had not sent yet is gone.
  mutating func dropQueue() { queue = [] }

  package mutating func dropAll() {
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
  package mutating func advance(to now: Int, _ random: inout SplitMix, _ counts: inout FaultCounts) -> [UInt8] {
    if isEmpty || now < stalledUntil { return [] }
    if !queue.isEmpty { send(now, &random, &counts) }
    guard let first = onTheWay.first, first.arrival <= now else { return [] }
    onTheWay.removeFirst()
    return first.bytes
  }

  private mutating func send(_ now: Int, _ random: inout SplitMix, _ counts: inout FaultCounts) {
    let due = now * bytesPerSecond / 1000 - (now - 1) * bytesPerSecond / 1000
    var count = min(queue.count, due)
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
      let kind = kinds[Int(random.next() % UInt64(kinds.count))]
      counts[kind] += 1
      switch kind {
      case .flippedByte: result.append(byte ^ 1 << UInt8(random.next() % 8))
      case .doubledByte: result += [byte, byte]
      case .insertedByte: result += [byte, UInt8(truncatingIfNeeded: random.next())]
      case .droppedByte, .cut, .stall, .reordering, .unplug, .reset, .sleep, .kill, .powerLoss: break
      }
    }
    return result
  }
}
