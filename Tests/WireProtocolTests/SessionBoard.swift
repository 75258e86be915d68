import FirmwareRuntime
import Glibc
import WireProtocol

/// A board in virtual time: the firmware's session and link, a main loop and a receive ring as in
/// Firmware/boards/common, a serial line, and a host that streams samples. A step is a number of operations; while one
/// runs, nothing reads the ring; between two the step yields. The board drives the clock, in microseconds.
final class SessionBoard {
  static let ringBytes = 4_095
  static let transmitRingBytes = 1_023

  struct Step {
    var microseconds: UInt64
    var operations: UInt64
  }

  let stream: SampleHost
  private let step: Step
  private let inputBytes: Int
  private let baud: UInt64
  private let latency: UInt64
  /// Damages frames, in both directions.
  var faults = LineFaults()
  var random = SeededGenerator(seed: 1)
  /// Called when the clock has moved, also within a step.
  var onTime: ((SessionBoard) -> Void)?

  private(set) var now: UInt64 = 0
  private var yieldedAt: UInt64 = 0
  private(set) var isStepping = false
  private(set) var stepCount = 0
  /// First four bytes of each sample a step was run on.
  private(set) var applied: [UInt32] = []
  private(set) var problems: [String] = []
  private(set) var overflowBytes = 0

  private struct Direction {
    var freeAt: UInt64 = 0
    var arriving: [(time: UInt64, bytes: [UInt8])] = []
  }
  private var toBoard = Direction()
  private var toHost = Direction()
  private var ring: [UInt8] = []

  private let session = UnsafeMutablePointer<FirmwareRuntime.session>.allocate(capacity: 1)
  private let model = UnsafeMutablePointer<step_model>.allocate(capacity: 1)
  private let board = UnsafeMutablePointer<session_board>.allocate(capacity: 1)
  private let segment = UnsafeMutablePointer<step_segment>.allocate(capacity: 1)
  private let header = UnsafeMutablePointer<step_header>.allocate(capacity: 1)
  private let arena: UnsafeMutablePointer<Int8>
  private let slots: UnsafeMutablePointer<Int8>
  private let name = strdup("simulated")

  /// The step's functions and the board's have no context; tests that use this type run one at a time.
  nonisolated(unsafe) private static var current: SessionBoard?

  /// - Parameter slotCount: samples that wait outside of the arena.
  init(
    inputBytes: Int, step: Step, sampleCount: UInt32, baud: UInt64 = 921_600, latency: UInt64 = 1_000,
    slotCount: UInt32 = 1
  ) {
    self.inputBytes = inputBytes
    self.step = step
    self.baud = baud
    self.latency = latency
    stream = SampleHost(sampleCount: sampleCount, inputBytes: inputBytes)
    arena = .allocate(capacity: inputBytes)
    slots = .allocate(capacity: inputBytes)
    describe()
    Self.current = self
    session_init(session, model, board, slots, slotCount, nil)
  }

  deinit {
    free(name)
    session.deallocate()
    model.deallocate()
    board.deallocate()
    segment.deallocate()
    header.deallocate()
    arena.deallocate()
    slots.deallocate()
  }

  private func describe() {
    header.initialize(to: step_header())
    segment.initialize(
      to: step_segment(
        data: UnsafeMutableRawPointer(header).assumingMemoryBound(to: UInt8.self),
        byte_count: UInt32(MemoryLayout<step_header>.size), kind: UInt8(STEP_SEGMENT_HEADER.rawValue)))
    var model = step_model()
    model.input = arena
    model.input_bytes = UInt32(inputBytes)
    model.class_count = 10
    model.segment_count = 1
    model.segments = UnsafePointer(segment)
    model.reset = { SessionBoard.current?.header.pointee = step_header(step: 0, seed: $0) }
    model.train = { _, _, clock, result in SessionBoard.current?.train(clock, result) }
    model.evaluate = { _, clock, result in SessionBoard.current?.train(clock, result) }
    model.infer = { clock, result in SessionBoard.current?.train(clock, result) }
    self.model.initialize(to: model)
    var board = session_board()
    board.name = UnsafePointer(name)
    board.firmware = UnsafePointer(name)
    board.boot_id = 1
    board.counter_hertz = 1_000_000
    board.ticks = { UInt32(truncatingIfNeeded: SessionBoard.current?.now ?? 0) }
    board.stack_high_water = { 0 }
    board.line_errors = { session_line_errors() }
    board.is_drained = { true }
    board.set_speed = { _ in }
    board.yield = { SessionBoard.current?.yieldToLine() }
    self.board.initialize(to: board)
  }

  // MARK: The step

  private func train(_ clock: UnsafeMutablePointer<phase_clock>?, _ result: UnsafeMutablePointer<step_result>?) {
    if isStepping { problems.append("a step begins in a step") }
    isStepping = true
    let sample = UnsafeBufferPointer(start: arena, count: inputBytes).map(UInt8.init(bitPattern:))
    let index = sample.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    if sample != SampleHost.input(index, count: inputBytes) { problems.append("sample \(index): other bytes") }
    applied.append(index)
    arena.update(repeating: 0x55, count: inputBytes)
    for _ in 0..<step.operations {
      pass(step.microseconds / step.operations)
      phase_yield(clock)
    }
    if (0..<inputBytes).contains(where: { arena[$0] != 0x55 }) { problems.append("the arena changed in step \(index)") }
    header.pointee.step += 1
    result?.pointee = step_result()
    isStepping = false
    stepCount += 1
  }

  // MARK: The main loop

  /// Runs until `isDone` or `limit` microseconds of virtual time.
  func run(until limit: UInt64, _ isDone: () -> Bool) {
    Self.current = self
    while now < limit, !isDone() {
      let hasMoved = exchange()
      let hasMore = session_poll(session)
      if !hasMoved && !hasMore { pass(100) }
    }
  }

  private func yieldToLine() {
    guard now / 1000 != yieldedAt / 1000 else { return }
    yieldedAt = now
    _ = exchange()
  }

  private func exchange() -> Bool {
    let bytes = ring
    ring = []
    let milliseconds = UInt32(truncatingIfNeeded: now / 1000)
    session_receive(session, bytes, UInt32(bytes.count), milliseconds)
    var hasSent = false
    while true {
      let queued = toHost.freeAt > now ? (toHost.freeAt - now) * baud / 10_000_000 : 0
      let room = max(0, Self.transmitRingBytes - Int(queued))
      let frame = [UInt8](unsafeUninitializedCapacity: room) { bytes, count in
        var space = cobs_space_make(bytes.baseAddress, UInt32(room))
        count = Int(session_transmit(session, milliseconds, &space))
      }
      guard !frame.isEmpty else { break }
      give(frame, to: \.toHost)
      hasSent = true
    }
    return hasSent || !bytes.isEmpty
  }

  // MARK: Time

  private func pass(_ microseconds: UInt64) {
    let end = now + microseconds
    while now < end {
      now = min(end, now + 100)
      while toBoard.freeAt <= now + 4_000, let frame = stream.nextFrame(now: now) { give(frame, to: \.toBoard) }
      for bytes in arrived(\.toBoard) {
        let room = Self.ringBytes - ring.count
        ring += bytes.prefix(room)
        overflowBytes += max(0, bytes.count - room)
      }
      for bytes in arrived(\.toHost) { stream.receive(bytes, now: now) }
      onTime?(self)
    }
  }

  private func give(_ frame: [UInt8], to direction: ReferenceWritableKeyPath<SessionBoard, Direction>) {
    let start = max(self[keyPath: direction].freeAt, now)
    self[keyPath: direction].freeAt = start + UInt64(frame.count) * 10_000_000 / baud
    let (pieces, _) = faults.apply(to: frame, &random)
    for piece in pieces {
      self[keyPath: direction].arriving.append((self[keyPath: direction].freeAt + latency, piece.bytes))
    }
  }

  private func arrived(_ direction: ReferenceWritableKeyPath<SessionBoard, Direction>) -> [[UInt8]] {
    let arriving = self[keyPath: direction].arriving
    let due = arriving.prefix { $0.time <= now }
    self[keyPath: direction].arriving.removeFirst(due.count)
    return due.map(\.bytes)
  }
}
