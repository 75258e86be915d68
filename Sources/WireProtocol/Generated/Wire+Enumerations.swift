// Written by schema-generator from Protocol/schema.json. Edit that instead.
// swift-format-ignore-file

extension Wire {
  /// Bits 0 to 2 of a frame's first byte.
  package enum FrameKind: UInt8, CaseIterable, Sendable {
    /// A hello or a refusal: outside of the sequence, repeatable at any moment.
    case hello = 0
    /// One fragment of a message, numbered, acknowledged, delivered in order.
    case data = 1
    /// Acknowledgement and credit alone; the body is empty or the 64-bit selective acknowledgement.
    case ack = 2
    /// Asks for an ACK at once; the body is empty.
    case ping = 3

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .hello: "A hello or a refusal: outside of the sequence, repeatable at any moment."
        case .data: "One fragment of a message, numbered, acknowledged, delivered in order."
        case .ack: "Acknowledgement and credit alone; the body is empty or the 64-bit selective acknowledgement."
        case .ping: "Asks for an ACK at once; the body is empty."
      }
    }
  }
}

extension Wire {
  /// Bits 3 to 5 of a frame's first byte: what a message is about and who bounds it.
  package enum Channel: UInt8, CaseIterable, Sendable {
    /// Calls and their answers.
    case control = 0
    /// SAMPLE alone, bounded by the device's credit.
    case samples = 1
    /// STEP and OUTPUT; what does not fit the queue is dropped and counted by a GAP.
    case telemetry = 2
    /// Reading and writing of checkpoint segments, by offset.
    case bulk = 3
    /// Text for people; dropped and counted as telemetry is.
    case log = 4
    /// Clock comparison.
    case time = 5

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .control: "Calls and their answers."
        case .samples: "SAMPLE alone, bounded by the device\'s credit."
        case .telemetry: "STEP and OUTPUT; what does not fit the queue is dropped and counted by a GAP."
        case .bulk: "Reading and writing of checkpoint segments, by offset."
        case .log: "Text for people; dropped and counted as telemetry is."
        case .time: "Clock comparison."
      }
    }
  }
}

extension Wire {
  /// What the device does with a sample.
  package enum SampleMode: UInt8, CaseIterable, Sendable {
    /// Forward, backward, update.
    case train = 0
    /// Forward and loss; the training state stays as it is.
    case evaluate = 1
    /// Forward; answered by OUTPUT.
    case infer = 2

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .train: "Forward, backward, update."
        case .evaluate: "Forward and loss; the training state stays as it is."
        case .infer: "Forward; answered by OUTPUT."
      }
    }
  }
}

extension Wire {
  /// Where the device stands.
  package enum RunState: UInt8, CaseIterable, Sendable {
    /// No run since boot or since the last one ended.
    case idle = 0
    /// A run is open and takes samples.
    case running = 1
    /// The last run was ended by RUN_END; its weights are still there.
    case ended = 2
    /// The training state is not to be trusted (a crash or a broken write).
    case failed = 3

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .idle: "No run since boot or since the last one ended."
        case .running: "A run is open and takes samples."
        case .ended: "The last run was ended by RUN_END; its weights are still there."
        case .failed: "The training state is not to be trusted (a crash or a broken write)."
      }
    }
  }
}

extension Wire {
  /// Part of the training state; the numbers are those of `enum step_segment_kind`.
  package enum SegmentKind: UInt8, CaseIterable, Sendable {
    /// Step count and seed.
    case header = 0
    /// Exponent and peak of each error tensor.
    case ranges = 1
    /// 32-bit biases.
    case biases = 2
    /// High planes of the trained weights.
    case weights = 3
    /// Low planes of the trained weights.
    case residuals = 4
    /// Steps of the trained parameters not yet applied.
    case velocities = 5
    /// Saturated and unchanged updates of each trained layer since the weights were reset.
    case counters = 6

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .header: "Step count and seed."
        case .ranges: "Exponent and peak of each error tensor."
        case .biases: "32-bit biases."
        case .weights: "High planes of the trained weights."
        case .residuals: "Low planes of the trained weights."
        case .velocities: "Steps of the trained parameters not yet applied."
        case .counters: "Saturated and unchanged updates of each trained layer since the weights were reset."
      }
    }
  }
}

extension Wire {
  /// What a device's tick counts.
  package enum CounterUnit: UInt8, CaseIterable, Sendable {
    /// Instructions executed (QEMU with icount).
    case instructions = 0
    /// Processor cycles (DWT).
    case cycles = 1
    /// Wall clock.
    case nanoseconds = 2

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .instructions: "Instructions executed (QEMU with icount)."
        case .cycles: "Processor cycles (DWT)."
        case .nanoseconds: "Wall clock."
      }
    }
  }
}

extension Wire {
  /// Why a hello was refused.
  package enum Refusal: UInt8, CaseIterable, Sendable {
    /// No common protocol version.
    case protocolVersion = 1
    /// The schema hashes differ.
    case schema = 2
    /// The device cannot serve now.
    case busy = 3

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .protocolVersion: "No common protocol version."
        case .schema: "The schema hashes differ."
        case .busy: "The device cannot serve now."
      }
    }
  }
}

extension Wire {
  /// Why a device takes no samples for a while.
  package enum PauseReason: UInt8, CaseIterable, Sendable {
    /// The processor stalls while flash is erased.
    case flashErase = 0
    /// Someone asked on the board.
    case user = 1
    /// The board cools down.
    case thermal = 2

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .flashErase: "The processor stalls while flash is erased."
        case .user: "Someone asked on the board."
        case .thermal: "The board cools down."
      }
    }
  }
}

extension Wire {
  /// What stopped the firmware; the numbers are those of `enum board_crash_kind`.
  package enum CrashKind: UInt8, CaseIterable, Sendable {
    /// Hard fault.
    case hardFault = 1
    /// Memory protection.
    case memoryFault = 2
    /// Bus fault.
    case busFault = 3
    /// Usage fault.
    case usageFault = 4
    /// An interrupt without a handler.
    case unexpectedInterrupt = 5
    /// A failed assertion.
    case assertion = 6
    /// Nothing but interrupts ran for a minute.
    case stalled = 7
    /// Not even interrupts ran: the watchdog restarted the board.
    case watchdog = 8

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .hardFault: "Hard fault."
        case .memoryFault: "Memory protection."
        case .busFault: "Bus fault."
        case .usageFault: "Usage fault."
        case .unexpectedInterrupt: "An interrupt without a handler."
        case .assertion: "A failed assertion."
        case .stalled: "Nothing but interrupts ran for a minute."
        case .watchdog: "Not even interrupts ran: the watchdog restarted the board."
      }
    }
  }
}

extension Wire {
  /// Weight of a LOG.
  package enum LogLevel: UInt8, CaseIterable, Sendable {
    /// For those who work on the firmware.
    case debug = 0
    /// Worth knowing.
    case info = 1
    /// Unexpected, and dealt with.
    case warning = 2
    /// Something was lost.
    case error = 3

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .debug: "For those who work on the firmware."
        case .info: "Worth knowing."
        case .warning: "Unexpected, and dealt with."
        case .error: "Something was lost."
      }
    }
  }
}

extension Wire {
  /// What a LOG is about: the sentence, into which the two numbers go. A host that does not know an
  /// event shows its number.
  package enum LogEvent: UInt16, CaseIterable, Sendable {
    /// No external clock: the internal oscillator runs the core at {first} Hz.
    case clockInternal = 1
    /// No PLL: the bare internal oscillator runs the core at {first} Hz.
    case clockSlow = 2
    /// The receive ring was full: {first} bytes were lost since boot.
    case bytesDropped = 3
    /// The UART counted {first} overruns and {second} framing or noise errors since boot.
    case lineErrors = 4
    /// Nothing was heard at {first} baud; the line is back at {second} baud.
    case speedFellBack = 5
    /// {first} messages were dropped because the queue was full.
    case messagesDropped = 6

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .clockInternal: "No external clock: the internal oscillator runs the core at {first} Hz."
        case .clockSlow: "No PLL: the bare internal oscillator runs the core at {first} Hz."
        case .bytesDropped: "The receive ring was full: {first} bytes were lost since boot."
        case .lineErrors: "The UART counted {first} overruns and {second} framing or noise errors since boot."
        case .speedFellBack: "Nothing was heard at {first} baud; the line is back at {second} baud."
        case .messagesDropped: "{first} messages were dropped because the queue was full."
      }
    }
  }
}

extension Wire {
  /// What becomes of a line speed that was proposed.
  package enum SpeedState: UInt8, CaseIterable, Sendable {
    /// The device's clock cannot make it; nothing changes.
    case refused = 0
    /// The device changes to it once this answer is acknowledged, and back unless it is committed
    /// in time.
    case testing = 1
    /// The device stays at it until it hears nothing any more or is reset.
    case committed = 2

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .refused: "The device\'s clock cannot make it; nothing changes."
        case .testing: "The device changes to it once this answer is acknowledged, and back unless it is committed in time."
        case .committed: "The device stays at it until it hears nothing any more or is reset."
      }
    }
  }
}

extension Wire {
  /// What became of a STATE_KEEP.
  package enum KeepResult: UInt8, CaseIterable, Sendable {
    /// The state outlives a power loss from now on.
    case kept = 0
    /// The device has nothing to keep a state in; nothing changed.
    case noStore = 1
    /// The state does not fit; nothing changed.
    case tooLarge = 2
    /// Flash did not take it; what was kept before is still kept.
    case flashFault = 3

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .kept: "The state outlives a power loss from now on."
        case .noStore: "The device has nothing to keep a state in; nothing changed."
        case .tooLarge: "The state does not fit; nothing changed."
        case .flashFault: "Flash did not take it; what was kept before is still kept."
      }
    }
  }
}

extension Wire {
  /// Which layer an ERROR_REPORT is about.
  package enum ErrorCategory: UInt8, CaseIterable, Sendable {
    /// A message that cannot be read.
    case message = 1
    /// A message that does not fit the state of the run.
    case session = 2
    /// A sample the model cannot take.
    case sample = 3
    /// A read or write outside of the training state.
    case segment = 4
    /// The board itself.
    case device = 5

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .message: "A message that cannot be read."
        case .session: "A message that does not fit the state of the run."
        case .sample: "A sample the model cannot take."
        case .segment: "A read or write outside of the training state."
        case .device: "The board itself."
      }
    }
  }
}

extension Wire {
  /// What is wrong; `context` carries the number named here.
  package enum ErrorCode: UInt16, CaseIterable, Sendable {
    /// A field reaches past the end; context: the message's identifier.
    case malformedMessage = 101
    /// No such message in this direction; context: its identifier.
    case unknownMessage = 102
    /// More bytes than the device can hold; context: the limit.
    case messageTooLong = 103
    /// A sample came while no run is open; context: its index.
    case noRun = 201
    /// The message names another run; context: low 32 bits of the open run.
    case wrongRun = 202
    /// The sample is not the next one; context: the index expected.
    case indexAhead = 203
    /// The sample was applied, and its record has left the ring; context: the oldest index still
    /// kept.
    case indexForgotten = 204
    /// Not while a run is open; context: low 32 bits of the open run.
    case runActive = 205
    /// Input and target have another size together; context: the size expected.
    case inputSize = 301
    /// The label is no class; context: the class count.
    case labelRange = 302
    /// The mantissa is neither 0 nor in [2^30, 2^31); context: the mantissa found.
    case rateRange = 304
    /// The step is held back or has momentum, and the model has no velocities; context: the
    /// momentum.
    case velocityMissing = 305
    /// The training state has no such segment; context: the kind found.
    case segmentUnknown = 401
    /// Offset and count leave the segment; context: its size.
    case segmentRange = 402
    /// The board reports a fault; context: its own code.
    case deviceFault = 501

    /// What the schema says of it.
    package var doc: String {
      switch self {
        case .malformedMessage: "A field reaches past the end; context: the message\'s identifier."
        case .unknownMessage: "No such message in this direction; context: its identifier."
        case .messageTooLong: "More bytes than the device can hold; context: the limit."
        case .noRun: "A sample came while no run is open; context: its index."
        case .wrongRun: "The message names another run; context: low 32 bits of the open run."
        case .indexAhead: "The sample is not the next one; context: the index expected."
        case .indexForgotten: "The sample was applied, and its record has left the ring; context: the oldest index still kept."
        case .runActive: "Not while a run is open; context: low 32 bits of the open run."
        case .inputSize: "Input and target have another size together; context: the size expected."
        case .labelRange: "The label is no class; context: the class count."
        case .rateRange: "The mantissa is neither 0 nor in [2^30, 2^31); context: the mantissa found."
        case .velocityMissing: "The step is held back or has momentum, and the model has no velocities; context: the momentum."
        case .segmentUnknown: "The training state has no such segment; context: the kind found."
        case .segmentRange: "Offset and count leave the segment; context: its size."
        case .deviceFault: "The board reports a fault; context: its own code."
      }
    }
  }
}
