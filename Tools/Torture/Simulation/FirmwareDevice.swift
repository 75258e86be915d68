import FirmwareRuntime
import Glibc

/// The firmware's session and link, with the toy as its step.
///
/// The step's functions are C functions without a context, so they find theirs through a variable of the thread, which
/// is set for the time of each call into the session. Devices on different threads know nothing of each other.
package final class FirmwareDevice {
  fileprivate final class Context {
    let step: ToyStep
    let input: UnsafeMutablePointer<Int8>
    let output = UnsafeMutablePointer<Int8>.allocate(capacity: ToyStep.classCount)
    var ticks: UInt32 = 0
    var stepCount = 0
    var isDrained = true
    var lineErrors = session_line_errors()
    /// What the line was set to, in order.
    var speeds: [UInt32] = []
    var yieldsPerStep = 0
    var serve: () -> Void = {}

    init(step: ToyStep, input: UnsafeMutablePointer<Int8>) {
      self.step = step
      self.input = input
    }

    deinit {
      step.state.deallocate()
      output.deallocate()
    }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    precondition(pthread_key_create(&key, nil) == 0, "no key for a variable of the thread")
    return key
  }()

  /// Of the device that this thread calls into.
  fileprivate static var current: Context {
    guard let pointer = pthread_getspecific(key) else { preconditionFailure("a step outside of a session") }
    return Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
  }

  private let session: UnsafeMutablePointer<session>
  private let model: UnsafeMutablePointer<step_model>
  private let board: UnsafeMutablePointer<session_board>
  private let segments: UnsafeMutablePointer<step_segment>
  /// The step's input, and one slot behind it.
  private let samples: UnsafeMutablePointer<Int8>
  private let targets: UnsafeMutablePointer<Int16>
  private let bauds: UnsafeMutablePointer<wire_baud_rate>
  private let crash: UnsafeMutablePointer<wire_crash_report>
  private let name = strdup("toy")
  private let firmware = strdup("toy")
  private let context: Context

  /// - Parameters:
  ///   - ladder: what the line can be set to, the first after a reset; empty for a line without speed.
  ///   - hasCrashed: an assertion stopped the boot before.
  package init(bootID: UInt32, inputBytes: Int = ToyStep.inputBytes, ladder: [UInt32] = [], hasCrashed: Bool = false) {
    let state = UnsafeMutableRawPointer.allocate(
      byteCount: ToyStep.stateBytes(inputBytes: inputBytes), alignment: 8)
    samples = .allocate(capacity: 2 * inputBytes)
    targets = .allocate(capacity: 2 * ToyStep.targetBytes / 2)
    context = Context(step: ToyStep(state: state, inputBytes: inputBytes), input: samples)
    segments = Self.segments(in: state, inputBytes: inputBytes)
    model = .allocate(capacity: 1)
    board = .allocate(capacity: 1)
    session = .allocate(capacity: 1)
    model.initialize(to: Self.model(segments, input: samples, inputBytes: inputBytes))
    board.initialize(to: Self.board(name, firmware, bootID))
    bauds = .allocate(capacity: max(1, ladder.count))
    for (index, speed) in ladder.enumerated() { (bauds + index).initialize(to: wire_baud_rate(bits_per_second: speed)) }
    crash = .allocate(capacity: 1)
    crash.initialize(to: wire_crash_report())
    crash.pointee.kind = UInt8(WIRE_CRASH_KIND_ASSERTION.rawValue)
    board.pointee.crash = hasCrashed ? UnsafePointer(crash) : nil
    board.pointee.default_speed = ladder.first ?? 0
    board.pointee.bauds = UnsafePointer(bauds)
    board.pointee.baud_count = UInt8(ladder.count)
    inTurn { session_init(session, model, board, samples + inputBytes, 1, targets) }
  }

  deinit {
    for pointer in [name, firmware] { free(pointer) }
    bauds.deallocate()
    crash.deallocate()
    segments.deallocate()
    model.deallocate()
    board.deallocate()
    session.deallocate()
    samples.deallocate()
    targets.deallocate()
  }

  /// What happens between the operations of a step, and how often a step yields. `serve` may feed the device and take
  /// its frames, as a board does.
  package func letTimePass(inEachStep yields: Int, serve: @escaping () -> Void) {
    context.yieldsPerStep = yields
    context.serve = serve
  }

  /// Steps run since boot, of any mode.
  package var stepCount: Int { context.stepCount }
  package var speeds: [UInt32] { context.speeds }
  /// Whether the last byte given to the line has left it.
  package var isDrained: Bool {
    get { context.isDrained }
    set { context.isDrained = newValue }
  }
  package var lineErrors: session_line_errors {
    get { context.lineErrors }
    set { context.lineErrors = newValue }
  }

  package func receive(_ bytes: [UInt8], now: UInt32) {
    inTurn { session_receive(session, bytes, UInt32(bytes.count), now) }
  }

  package func poll(now: UInt32) -> Bool {
    inTurn { session_poll(session) }
  }

  package func nextFrame(capacity: Int, now: UInt32) -> [UInt8]? {
    inTurn {
      let frame = [UInt8](unsafeUninitializedCapacity: capacity) { bytes, count in
        var space = cobs_space_make(bytes.baseAddress, UInt32(capacity))
        count = Int(session_transmit(session, now, &space))
      }
      return frame.isEmpty ? nil : frame
    }
  }

  private func inTurn<Value>(_ body: () -> Value) -> Value {
    pthread_setspecific(Self.key, Unmanaged.passUnretained(context).toOpaque())
    return body()
  }
}

extension FirmwareDevice {
  private static func segments(
    in state: UnsafeMutableRawPointer, inputBytes: Int
  ) -> UnsafeMutablePointer<step_segment> {
    let rows: [(kind: step_segment_kind, bytes: Int)] = [
      (STEP_SEGMENT_HEADER, ToyStep.headerBytes), (STEP_SEGMENT_BIASES, ToyStep.biasBytes),
      (STEP_SEGMENT_WEIGHTS, ToyStep.classCount * inputBytes),
    ]
    let segments = UnsafeMutablePointer<step_segment>.allocate(capacity: rows.count)
    var data = state.assumingMemoryBound(to: UInt8.self)
    for (index, row) in rows.enumerated() {
      (segments + index).initialize(
        to: step_segment(
          data: data, byte_count: UInt32(row.bytes), kind: UInt8(row.kind.rawValue)))
      data += row.bytes
    }
    return segments
  }

  private static func model(
    _ segments: UnsafeMutablePointer<step_segment>, input: UnsafeMutablePointer<Int8>, inputBytes: Int
  ) -> step_model {
    var model = step_model()
    model.input = input
    model.model_hash = 0xA1
    model.plan_hash = 0xB2
    model.semantics_hash = 0xC3
    model.layout_hash = 0xD4
    model.input_bytes = UInt32(inputBytes)
    model.target_bytes = UInt32(ToyStep.targetBytes)
    model.class_count = UInt32(ToyStep.classCount)
    model.segment_count = 3
    model.segments = UnsafePointer(segments)
    model.reset = { seed in FirmwareDevice.current.step.reset(seed: seed) }
    model.train = { target, update, clock, result in
      guard let rate = update?.pointee.rate else { return }
      FirmwareDevice.report(clock, result) { step, input in
        step.train(
          input, label: Int(target.label), values: target.codes, mantissa: rate.mantissa, shift: rate.shift)
      }
    }
    model.evaluate = { target, clock, result in
      FirmwareDevice.report(clock, result) { $0.evaluate($1, label: Int(target.label), values: target.codes) }
    }
    model.infer = { clock, result in FirmwareDevice.report(clock, result) { $0.infer($1) } }
    return model
  }

  private static func report(
    _ clock: UnsafeMutablePointer<phase_clock>?, _ result: UnsafeMutablePointer<step_result>?,
    _ run: (ToyStep, UnsafePointer<Int8>) -> ToyStep.Outcome
  ) {
    let current = FirmwareDevice.current
    phase_enter(clock, PHASE_FORWARD)
    for _ in 0..<(current.yieldsPerStep + 1) / 2 { phase_yield(clock) }
    let outcome = run(current.step, current.input)
    phase_enter(clock, PHASE_UPDATE)
    for _ in 0..<current.yieldsPerStep / 2 { phase_yield(clock) }
    current.stepCount += 1
    current.input.update(repeating: 0x55, count: current.step.inputBytes)  // as a step's values overwrite its sample
    current.output.update(from: outcome.output, count: outcome.output.count)
    result?.pointee = step_result(
      loss_q16: outcome.lossQ16, prediction: UInt16(outcome.prediction),
      output_count: UInt16(outcome.output.count), output: UnsafePointer(current.output),
      saturated: UInt32(outcome.saturated), unchanged: UInt32(outcome.unchanged))
  }

  private static func board(
    _ name: UnsafeMutablePointer<CChar>?, _ firmware: UnsafeMutablePointer<CChar>?, _ bootID: UInt32
  ) -> session_board {
    var board = session_board()
    board.name = UnsafePointer(name)
    board.firmware = UnsafePointer(firmware)
    board.boot_id = bootID
    board.counter_unit = UInt8(WIRE_COUNTER_UNIT_NANOSECONDS.rawValue)
    board.yield = { FirmwareDevice.current.serve() }
    board.ticks = {
      FirmwareDevice.current.ticks &+= 1000
      return FirmwareDevice.current.ticks
    }
    board.stack_high_water = { 0 }
    board.line_errors = { FirmwareDevice.current.lineErrors }
    board.is_drained = { FirmwareDevice.current.isDrained }
    board.set_speed = { FirmwareDevice.current.speeds.append($0) }
    return board
  }
}

extension step_target {
  fileprivate var codes: [Int16] {
    Array(UnsafeBufferPointer(start: values, count: values == nil ? 0 : ToyStep.targetBytes / 2))
  }
}
