/// One end of the line, as the simulation sees it. Times are microseconds.
protocol SimulatedEnd: AnyObject {
  func receive(_ bytes: [UInt8], now: UInt64)
  func nextFrame(now: UInt64) -> [UInt8]?
  /// When `nextFrame` wants to be asked though nothing came in.
  var deadline: UInt64? { get }
}

/// Two ends, two directions of one serial line, one virtual clock.
struct Simulation {
  /// One direction. `freeAt`: when the last byte given to it has left.
  private struct Direction {
    var freeAt: UInt64 = 0
    var arriving: [(time: UInt64, order: Int, bytes: [UInt8])] = []
  }

  let host: any SimulatedEnd
  let device: any SimulatedEnd
  var faults = LineFaults()
  var baud: UInt64 = 921_600
  var latency: UInt64 = 1_000
  /// Bytes given to the line are at most this far ahead of it.
  var queueMicroseconds: UInt64 = 4_000
  var random: SeededGenerator
  private(set) var now: UInt64 = 0
  private(set) var faultCount = 0
  private(set) var bytesToDevice = 0
  private var order = 0
  private var toDevice = Direction()
  private var toHost = Direction()

  init(host: any SimulatedEnd, device: any SimulatedEnd, seed: UInt64) {
    self.host = host
    self.device = device
    random = SeededGenerator(seed: seed)
  }

  /// Runs until `isDone` or `limit` microseconds of virtual time.
  mutating func run(until limit: UInt64, _ isDone: () -> Bool) {
    while now < limit, !isDone() {
      send(from: host, over: \.toDevice, counting: true)
      send(from: device, over: \.toHost, counting: false)
      advance(limit)
      deliver(\.toDevice, to: device)
      deliver(\.toHost, to: host)
    }
  }

  /// Whatever is under way is gone.
  mutating func unplug() {
    toDevice.arriving = []
    toHost.arriving = []
  }

  private mutating func send(
    from end: any SimulatedEnd, over direction: WritableKeyPath<Simulation, Direction>, counting: Bool
  ) {
    while self[keyPath: direction].freeAt <= now + queueMicroseconds, let frame = end.nextFrame(now: now) {
      self[keyPath: direction].freeAt =
        max(self[keyPath: direction].freeAt, now) + UInt64(frame.count) * 10_000_000 / baud
      if counting { bytesToDevice += frame.count }
      let (pieces, count) = faults.apply(to: frame, &random)
      faultCount += count
      for piece in pieces {
        let late = piece.isLate ? UInt64.random(in: 1...20_000, using: &random) : 0
        order += 1
        self[keyPath: direction].arriving.append((self[keyPath: direction].freeAt + latency + late, order, piece.bytes))
      }
    }
  }

  private mutating func advance(_ limit: UInt64) {
    var next = limit
    for time in [host.deadline, device.deadline].compactMap({ $0 }) where time > now {
      next = min(next, time)
    }
    for direction in [toDevice, toHost] {
      if let first = direction.arriving.map(\.time).min() { next = min(next, first) }
      if direction.freeAt > now + queueMicroseconds {
        next = min(next, direction.freeAt - queueMicroseconds)
      }
    }
    now = max(next, now + 1)
  }

  private mutating func deliver(
    _ direction: WritableKeyPath<Simulation, Direction>, to end: any SimulatedEnd
  ) {
    let arriving = self[keyPath: direction].arriving
    let due = arriving.filter { $0.time <= now }.sorted {
      ($0.time, $0.order) < ($1.time, $1.order)
    }
    self[keyPath: direction].arriving = arriving.filter { $0.time > now }
    for piece in due { end.receive(piece.bytes, now: now) }
  }
}
