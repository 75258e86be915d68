// Written by schema-generator from Protocol/schema.json. Edit that instead.
// swift-format-ignore-file

extension Wire {
  /// Opens a connection, or asks whether it still stands. Travels in a HELLO frame. The frame's
  /// epoch is `attempt` modulo 16.
  package struct HostHello: Equatable, Sendable {
    /// The constant `magic`; anything else is not this protocol.
    package var magic: UInt32
    /// Lowest version the host speaks.
    package var protocolMinimum: UInt8
    /// Highest version the host speaks.
    package var protocolMaximum: UInt8
    /// Random number of this host process and port; never 0.
    package var session: UInt64
    /// Counts the connections that this session tried; repeats of one hello carry the same number.
    package var attempt: UInt32
    /// As the host heard it last in a DEVICE_HELLO; 0 before the first.
    package var bootID: UInt32
    /// As the host heard it last. The device opens a connection only where this and `bootID` are
    /// its own.
    package var connection: UInt32
    /// Hash of the host's schema.
    package var schemaHash: UInt64
    /// Largest body the host takes.
    package var mtu: UInt16

    package init(
      magic: UInt32,
      protocolMinimum: UInt8,
      protocolMaximum: UInt8,
      session: UInt64,
      attempt: UInt32,
      bootID: UInt32,
      connection: UInt32,
      schemaHash: UInt64,
      mtu: UInt16
    ) {
      self.magic = magic
      self.protocolMinimum = protocolMinimum
      self.protocolMaximum = protocolMaximum
      self.session = session
      self.attempt = attempt
      self.bootID = bootID
      self.connection = connection
      self.schemaHash = schemaHash
      self.mtu = mtu
    }
  }
}

extension Wire.HostHello: WireMessage {
  package static let kind = Wire.MessageKind.hostHello
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(magic)
    writer.write(protocolMinimum)
    writer.write(protocolMaximum)
    writer.write(session)
    writer.write(attempt)
    writer.write(bootID)
    writer.write(connection)
    writer.write(schemaHash)
    writer.write(mtu)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    magic = try reader.integer("hostHello.magic")
    protocolMinimum = try reader.integer("hostHello.protocolMinimum")
    protocolMaximum = try reader.integer("hostHello.protocolMaximum")
    session = try reader.integer("hostHello.session")
    attempt = try reader.integer("hostHello.attempt")
    bootID = try reader.integer("hostHello.bootID")
    connection = try reader.integer("hostHello.connection")
    schemaHash = try reader.integer("hostHello.schemaHash")
    mtu = try reader.integer("hostHello.mtu")
  }
}

extension Wire {
  /// Answers each valid host hello: which connection stands, and what the next one has to name.
  /// Short, so that it arrives over a bad line; DEVICE_INFO says the rest. Travels in a HELLO
  /// frame.
  package struct DeviceHello: Equatable, Sendable {
    /// The constant `magic`.
    package var magic: UInt32
    /// Lowest version the device speaks.
    package var protocolMinimum: UInt8
    /// Highest version the device speaks.
    package var protocolMaximum: UInt8
    /// Of the connection that stands; 0 where none does.
    package var session: UInt64
    /// Of the connection that stands; 0 where none does.
    package var attempt: UInt32
    /// New after every reset: a counter or a random number.
    package var bootID: UInt32
    /// Connections opened since boot: with `bootID` it tells a standing connection from a new one.
    package var connection: UInt32
    /// Hash of the device's schema.
    package var schemaHash: UInt64
    /// Largest body the device takes.
    package var mtu: UInt16

    package init(
      magic: UInt32,
      protocolMinimum: UInt8,
      protocolMaximum: UInt8,
      session: UInt64,
      attempt: UInt32,
      bootID: UInt32,
      connection: UInt32,
      schemaHash: UInt64,
      mtu: UInt16
    ) {
      self.magic = magic
      self.protocolMinimum = protocolMinimum
      self.protocolMaximum = protocolMaximum
      self.session = session
      self.attempt = attempt
      self.bootID = bootID
      self.connection = connection
      self.schemaHash = schemaHash
      self.mtu = mtu
    }
  }
}

extension Wire.DeviceHello: WireMessage {
  package static let kind = Wire.MessageKind.deviceHello
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(magic)
    writer.write(protocolMinimum)
    writer.write(protocolMaximum)
    writer.write(session)
    writer.write(attempt)
    writer.write(bootID)
    writer.write(connection)
    writer.write(schemaHash)
    writer.write(mtu)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    magic = try reader.integer("deviceHello.magic")
    protocolMinimum = try reader.integer("deviceHello.protocolMinimum")
    protocolMaximum = try reader.integer("deviceHello.protocolMaximum")
    session = try reader.integer("deviceHello.session")
    attempt = try reader.integer("deviceHello.attempt")
    bootID = try reader.integer("deviceHello.bootID")
    connection = try reader.integer("deviceHello.connection")
    schemaHash = try reader.integer("deviceHello.schemaHash")
    mtu = try reader.integer("deviceHello.mtu")
  }
}

extension Wire {
  /// Who the device is and where it stands: the first message of every connection, which the device
  /// sends by itself.
  package struct DeviceInfo: Equatable, Sendable {
    /// As in DEVICE_HELLO.
    package var bootID: UInt32
    /// The microcontroller's 96-bit unique number.
    package var uid: [UInt8]
    /// Name of the folder under Firmware/boards.
    package var board: String
    /// Firmware version.
    package var firmware: String
    /// Hash of the model file the step was compiled from.
    package var modelHash: UInt64
    /// Hash of the update plan and its result, the same for every board.
    package var planHash: UInt64
    /// Devices with equal semantics hashes reach equal digests.
    package var semanticsHash: UInt64
    /// Hash of the memory layout, which a board may change.
    package var layoutHash: UInt64
    /// Bytes of SAMPLE messages the device can hold: the largest credit.
    package var sampleQueueBytes: UInt32
    /// Samples it can hold.
    package var sampleSlots: UInt16
    /// STEP records it keeps to answer repeats.
    package var recordSlots: UInt16
    /// Size of a sample's input codes.
    package var inputBytes: UInt32
    /// Size of a sample's target values; 0 where the loss needs none.
    package var targetBytes: UInt32
    /// Labels are below it.
    package var classCount: UInt16
    /// The training state, in digest order.
    package var segments: [Wire.SegmentInfo]
    /// Line speeds it can be set to; empty where there is no line.
    package var bauds: [Wire.BaudRate]
    /// Memory map.
    package var memory: [Wire.MemoryRegion]
    /// Unit of every tick.
    package var counterUnit: Wire.CounterUnit
    /// Ticks a second; 0 when it is not known.
    package var counterHertz: UInt32
    /// The open or last run; 0 for none since boot.
    package var run: UInt64
    /// Index of the sample it will apply next; every lower one of `run` is applied.
    package var nextIndex: UInt32
    /// Training steps in the state since the last reset of the weights.
    package var trainingStep: UInt32
    /// Generation of the checkpoint in flash; 0 for none.
    package var checkpointGeneration: UInt32
    /// Where the device stands.
    package var state: Wire.RunState
    /// Speed of its line now, baud; 0 where there is no line.
    package var bitsPerSecond: UInt32

    package init(
      bootID: UInt32,
      uid: [UInt8],
      board: String,
      firmware: String,
      modelHash: UInt64,
      planHash: UInt64,
      semanticsHash: UInt64,
      layoutHash: UInt64,
      sampleQueueBytes: UInt32,
      sampleSlots: UInt16,
      recordSlots: UInt16,
      inputBytes: UInt32,
      targetBytes: UInt32,
      classCount: UInt16,
      segments: [Wire.SegmentInfo],
      bauds: [Wire.BaudRate],
      memory: [Wire.MemoryRegion],
      counterUnit: Wire.CounterUnit,
      counterHertz: UInt32,
      run: UInt64,
      nextIndex: UInt32,
      trainingStep: UInt32,
      checkpointGeneration: UInt32,
      state: Wire.RunState,
      bitsPerSecond: UInt32
    ) {
      self.bootID = bootID
      self.uid = uid
      self.board = board
      self.firmware = firmware
      self.modelHash = modelHash
      self.planHash = planHash
      self.semanticsHash = semanticsHash
      self.layoutHash = layoutHash
      self.sampleQueueBytes = sampleQueueBytes
      self.sampleSlots = sampleSlots
      self.recordSlots = recordSlots
      self.inputBytes = inputBytes
      self.targetBytes = targetBytes
      self.classCount = classCount
      self.segments = segments
      self.bauds = bauds
      self.memory = memory
      self.counterUnit = counterUnit
      self.counterHertz = counterHertz
      self.run = run
      self.nextIndex = nextIndex
      self.trainingStep = trainingStep
      self.checkpointGeneration = checkpointGeneration
      self.state = state
      self.bitsPerSecond = bitsPerSecond
    }
  }
}

extension Wire.DeviceInfo: WireMessage {
  package static let kind = Wire.MessageKind.deviceInfo
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(bootID)
    writer.write(fixed: uid, count: 12)
    writer.write(text: board, maximum: 31)
    writer.write(text: firmware, maximum: 31)
    writer.write(modelHash)
    writer.write(planHash)
    writer.write(semanticsHash)
    writer.write(layoutHash)
    writer.write(sampleQueueBytes)
    writer.write(sampleSlots)
    writer.write(recordSlots)
    writer.write(inputBytes)
    writer.write(targetBytes)
    writer.write(classCount)
    writer.write(array: segments, maximum: 8)
    writer.write(array: bauds, maximum: 8)
    writer.write(array: memory, maximum: 8)
    writer.write(counterUnit.rawValue)
    writer.write(counterHertz)
    writer.write(run)
    writer.write(nextIndex)
    writer.write(trainingStep)
    writer.write(checkpointGeneration)
    writer.write(state.rawValue)
    writer.write(bitsPerSecond)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    bootID = try reader.integer("deviceInfo.bootID")
    uid = try reader.fixed("deviceInfo.uid", count: 12)
    board = try reader.text("deviceInfo.board", maximum: 31)
    firmware = try reader.text("deviceInfo.firmware", maximum: 31)
    modelHash = try reader.integer("deviceInfo.modelHash")
    planHash = try reader.integer("deviceInfo.planHash")
    semanticsHash = try reader.integer("deviceInfo.semanticsHash")
    layoutHash = try reader.integer("deviceInfo.layoutHash")
    sampleQueueBytes = try reader.integer("deviceInfo.sampleQueueBytes")
    sampleSlots = try reader.integer("deviceInfo.sampleSlots")
    recordSlots = try reader.integer("deviceInfo.recordSlots")
    inputBytes = try reader.integer("deviceInfo.inputBytes")
    targetBytes = try reader.integer("deviceInfo.targetBytes")
    classCount = try reader.integer("deviceInfo.classCount")
    segments = try reader.array("deviceInfo.segments", maximum: 8)
    bauds = try reader.array("deviceInfo.bauds", maximum: 8)
    memory = try reader.array("deviceInfo.memory", maximum: 8)
    counterUnit = try reader.enumeration("deviceInfo.counterUnit")
    counterHertz = try reader.integer("deviceInfo.counterHertz")
    run = try reader.integer("deviceInfo.run")
    nextIndex = try reader.integer("deviceInfo.nextIndex")
    trainingStep = try reader.integer("deviceInfo.trainingStep")
    checkpointGeneration = try reader.integer("deviceInfo.checkpointGeneration")
    state = try reader.enumeration("deviceInfo.state")
    bitsPerSecond = try reader.integer("deviceInfo.bitsPerSecond")
  }
}

extension Wire {
  /// Answers a host hello that cannot be served. Travels in a HELLO frame.
  package struct Refuse: Equatable, Sendable {
    /// Copied from the host's hello.
    package var session: UInt64
    /// Copied from the host's hello.
    package var attempt: UInt32
    /// Why.
    package var code: Wire.Refusal
    /// Lowest version the device speaks.
    package var protocolMinimum: UInt8
    /// Highest version the device speaks.
    package var protocolMaximum: UInt8
    /// Hash of the device's schema.
    package var schemaHash: UInt64
    /// One sentence.
    package var text: String

    package init(
      session: UInt64,
      attempt: UInt32,
      code: Wire.Refusal,
      protocolMinimum: UInt8,
      protocolMaximum: UInt8,
      schemaHash: UInt64,
      text: String
    ) {
      self.session = session
      self.attempt = attempt
      self.code = code
      self.protocolMinimum = protocolMinimum
      self.protocolMaximum = protocolMaximum
      self.schemaHash = schemaHash
      self.text = text
    }
  }
}

extension Wire.Refuse: WireMessage {
  package static let kind = Wire.MessageKind.refuse
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(session)
    writer.write(attempt)
    writer.write(code.rawValue)
    writer.write(protocolMinimum)
    writer.write(protocolMaximum)
    writer.write(schemaHash)
    writer.write(text: text, maximum: 95)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    session = try reader.integer("refuse.session")
    attempt = try reader.integer("refuse.attempt")
    code = try reader.enumeration("refuse.code")
    protocolMinimum = try reader.integer("refuse.protocolMinimum")
    protocolMaximum = try reader.integer("refuse.protocolMaximum")
    schemaHash = try reader.integer("refuse.schemaHash")
    text = try reader.text("refuse.text", maximum: 95)
  }
}

extension Wire {
  /// Opens a run. Answered by RUN_REPORT. The run that is already open goes on where it stands.
  package struct RunBegin: Equatable, Sendable {
    /// Number of the run; never 0.
    package var run: UInt64
    /// Key of every random number of the run; used when the weights are reset.
    package var seed: UInt32
    /// Index of the first sample to come.
    package var firstIndex: UInt32
    /// Bit 0: reset the weights to the initial ones. Clear: go on with the training state as it is.
    package var flags: UInt8

    package init(
      run: UInt64,
      seed: UInt32,
      firstIndex: UInt32,
      flags: UInt8
    ) {
      self.run = run
      self.seed = seed
      self.firstIndex = firstIndex
      self.flags = flags
    }
  }
}

extension Wire.RunBegin: WireMessage {
  package static let kind = Wire.MessageKind.runBegin
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(run)
    writer.write(seed)
    writer.write(firstIndex)
    writer.write(flags)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("runBegin.run")
    seed = try reader.integer("runBegin.seed")
    firstIndex = try reader.integer("runBegin.firstIndex")
    flags = try reader.integer("runBegin.flags")
  }
}

extension Wire {
  /// Where the run stands.
  package struct RunReport: Equatable, Sendable {
    /// The open or last run; 0 for none.
    package var run: UInt64
    /// Index of the sample expected next.
    package var nextIndex: UInt32
    /// Training steps in the state.
    package var trainingStep: UInt32
    /// Digest of the training state.
    package var digest: UInt64
    /// Where the device stands.
    package var state: Wire.RunState

    package init(
      run: UInt64,
      nextIndex: UInt32,
      trainingStep: UInt32,
      digest: UInt64,
      state: Wire.RunState
    ) {
      self.run = run
      self.nextIndex = nextIndex
      self.trainingStep = trainingStep
      self.digest = digest
      self.state = state
    }
  }
}

extension Wire.RunReport: WireMessage {
  package static let kind = Wire.MessageKind.runReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(run)
    writer.write(nextIndex)
    writer.write(trainingStep)
    writer.write(digest)
    writer.write(state.rawValue)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("runReport.run")
    nextIndex = try reader.integer("runReport.nextIndex")
    trainingStep = try reader.integer("runReport.trainingStep")
    digest = try reader.integer("runReport.digest")
    state = try reader.enumeration("runReport.state")
  }
}

extension Wire {
  /// Closes a run. Control overtakes queued samples, so the host sends it once every sample is
  /// answered. Answered by RUN_REPORT.
  package struct RunEnd: Equatable, Sendable {
    /// Number of the run.
    package var run: UInt64

    package init(
      run: UInt64
    ) {
      self.run = run
    }
  }
}

extension Wire.RunEnd: WireMessage {
  package static let kind = Wire.MessageKind.runEnd
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(run)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("runEnd.run")
  }
}

extension Wire {
  /// Puts the initial weights back; no run may be open. Answered by RUN_REPORT.
  package struct ResetState: Equatable, Sendable {
    /// Key of the random numbers to come.
    package var seed: UInt32

    package init(
      seed: UInt32
    ) {
      self.seed = seed
    }
  }
}

extension Wire.ResetState: WireMessage {
  package static let kind = Wire.MessageKind.resetState
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(seed)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    seed = try reader.integer("resetState.seed")
  }
}

extension Wire {
  /// Asks for the digest of the training state. Answered by DIGEST_REPORT.
  package struct Digest: Equatable, Sendable {
    package init() {}
  }
}

extension Wire.Digest: WireMessage {
  package static let kind = Wire.MessageKind.digest
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
  }

  package init(from reader: inout WireReader) throws(WireError) {
  }
}

extension Wire {
  /// FNV-1a (64 bit) over the segments in order.
  package struct DigestReport: Equatable, Sendable {
    /// Digest of the training state.
    package var digest: UInt64
    /// Training steps in the state.
    package var trainingStep: UInt32
    /// The open or last run; 0 for none.
    package var run: UInt64
    /// Index of the sample expected next.
    package var nextIndex: UInt32

    package init(
      digest: UInt64,
      trainingStep: UInt32,
      run: UInt64,
      nextIndex: UInt32
    ) {
      self.digest = digest
      self.trainingStep = trainingStep
      self.run = run
      self.nextIndex = nextIndex
    }
  }
}

extension Wire.DigestReport: WireMessage {
  package static let kind = Wire.MessageKind.digestReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(digest)
    writer.write(trainingStep)
    writer.write(run)
    writer.write(nextIndex)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    digest = try reader.integer("digestReport.digest")
    trainingStep = try reader.integer("digestReport.trainingStep")
    run = try reader.integer("digestReport.run")
    nextIndex = try reader.integer("digestReport.nextIndex")
  }
}

extension Wire {
  /// Asks for the device's clock. Answered by TIME_REPORT.
  package struct Time: Equatable, Sendable {
    /// The host's clock.
    package var hostMicroseconds: UInt64

    package init(
      hostMicroseconds: UInt64
    ) {
      self.hostMicroseconds = hostMicroseconds
    }
  }
}

extension Wire.Time: WireMessage {
  package static let kind = Wire.MessageKind.time
  package static let channel = Wire.Channel.time

  package func write(to writer: inout WireWriter) {
    writer.write(hostMicroseconds)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    hostMicroseconds = try reader.integer("time.hostMicroseconds")
  }
}

extension Wire {
  /// The device's clock.
  package struct TimeReport: Equatable, Sendable {
    /// Copied from the question.
    package var hostMicroseconds: UInt64
    /// The device's counter, in the unit that DEVICE_INFO names.
    package var ticks: UInt64

    package init(
      hostMicroseconds: UInt64,
      ticks: UInt64
    ) {
      self.hostMicroseconds = hostMicroseconds
      self.ticks = ticks
    }
  }
}

extension Wire.TimeReport: WireMessage {
  package static let kind = Wire.MessageKind.timeReport
  package static let channel = Wire.Channel.time

  package func write(to writer: inout WireWriter) {
    writer.write(hostMicroseconds)
    writer.write(ticks)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    hostMicroseconds = try reader.integer("timeReport.hostMicroseconds")
    ticks = try reader.integer("timeReport.ticks")
  }
}

extension Wire {
  /// The device will not answer for a while; silence until then is no fault.
  package struct Pause: Equatable, Sendable {
    /// Why.
    package var reason: Wire.PauseReason
    /// At most this long.
    package var milliseconds: UInt32

    package init(
      reason: Wire.PauseReason,
      milliseconds: UInt32
    ) {
      self.reason = reason
      self.milliseconds = milliseconds
    }
  }
}

extension Wire.Pause: WireMessage {
  package static let kind = Wire.MessageKind.pause
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(reason.rawValue)
    writer.write(milliseconds)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    reason = try reader.enumeration("pause.reason")
    milliseconds = try reader.integer("pause.milliseconds")
  }
}

extension Wire {
  /// A message was not carried out. Never a halt.
  package struct ErrorReport: Equatable, Sendable {
    /// Which layer.
    package var category: Wire.ErrorCategory
    /// What is wrong.
    package var code: Wire.ErrorCode
    /// The number the code names.
    package var context: UInt32
    /// One sentence.
    package var text: String

    package init(
      category: Wire.ErrorCategory,
      code: Wire.ErrorCode,
      context: UInt32,
      text: String
    ) {
      self.category = category
      self.code = code
      self.context = context
      self.text = text
    }
  }
}

extension Wire.ErrorReport: WireMessage {
  package static let kind = Wire.MessageKind.errorReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(category.rawValue)
    writer.write(code.rawValue)
    writer.write(context)
    writer.write(text: text, maximum: 95)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    category = try reader.enumeration("errorReport.category")
    code = try reader.enumeration("errorReport.code")
    context = try reader.integer("errorReport.context")
    text = try reader.text("errorReport.text", maximum: 95)
  }
}

extension Wire {
  /// Sent after a reboot: what the fault handler kept of the crash before it.
  package struct CrashReport: Equatable, Sendable {
    /// What stopped it.
    package var kind: Wire.CrashKind
    /// Where.
    package var programCounter: UInt32
    /// Called from.
    package var linkRegister: UInt32
    /// Configurable fault status (CFSR).
    package var faultStatus: UInt32
    /// BFAR or MMFAR where valid, else 0; line number of an assertion.
    package var faultAddress: UInt32

    package init(
      kind: Wire.CrashKind,
      programCounter: UInt32,
      linkRegister: UInt32,
      faultStatus: UInt32,
      faultAddress: UInt32
    ) {
      self.kind = kind
      self.programCounter = programCounter
      self.linkRegister = linkRegister
      self.faultStatus = faultStatus
      self.faultAddress = faultAddress
    }
  }
}

extension Wire.CrashReport: WireMessage {
  package static let kind = Wire.MessageKind.crashReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(kind.rawValue)
    writer.write(programCounter)
    writer.write(linkRegister)
    writer.write(faultStatus)
    writer.write(faultAddress)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    kind = try reader.enumeration("crashReport.kind")
    programCounter = try reader.integer("crashReport.programCounter")
    linkRegister = try reader.integer("crashReport.linkRegister")
    faultStatus = try reader.integer("crashReport.faultStatus")
    faultAddress = try reader.integer("crashReport.faultAddress")
  }
}

extension Wire {
  /// Asks the device to change its line speed. Answered by SPEED_REPORT at the old speed.
  package struct SpeedPropose: Equatable, Sendable {
    /// The new speed, baud.
    package var bitsPerSecond: UInt32

    package init(
      bitsPerSecond: UInt32
    ) {
      self.bitsPerSecond = bitsPerSecond
    }
  }
}

extension Wire.SpeedPropose: WireMessage {
  package static let kind = Wire.MessageKind.speedPropose
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(bitsPerSecond)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    bitsPerSecond = try reader.integer("speedPropose.bitsPerSecond")
  }
}

extension Wire {
  /// Sent at the new speed once it has proven good: the device stays at it. Answered by
  /// SPEED_REPORT.
  package struct SpeedCommit: Equatable, Sendable {
    /// The speed, baud.
    package var bitsPerSecond: UInt32

    package init(
      bitsPerSecond: UInt32
    ) {
      self.bitsPerSecond = bitsPerSecond
    }
  }
}

extension Wire.SpeedCommit: WireMessage {
  package static let kind = Wire.MessageKind.speedCommit
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(bitsPerSecond)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    bitsPerSecond = try reader.integer("speedCommit.bitsPerSecond")
  }
}

extension Wire {
  /// What becomes of a line speed.
  package struct SpeedReport: Equatable, Sendable {
    /// Copied from the question.
    package var bitsPerSecond: UInt32
    /// What becomes of it.
    package var state: Wire.SpeedState

    package init(
      bitsPerSecond: UInt32,
      state: Wire.SpeedState
    ) {
      self.bitsPerSecond = bitsPerSecond
      self.state = state
    }
  }
}

extension Wire.SpeedReport: WireMessage {
  package static let kind = Wire.MessageKind.speedReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(bitsPerSecond)
    writer.write(state.rawValue)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    bitsPerSecond = try reader.integer("speedReport.bitsPerSecond")
    state = try reader.enumeration("speedReport.state")
  }
}

extension Wire {
  /// Asks what the device's end of the link has counted. Answered by LINK_COUNTERS_REPORT.
  package struct LinkCounters: Equatable, Sendable {
    package init() {}
  }
}

extension Wire.LinkCounters: WireMessage {
  package static let kind = Wire.MessageKind.linkCounters
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
  }

  package init(from reader: inout WireReader) throws(WireError) {
  }
}

extension Wire {
  /// What the device's end of the link has counted since boot.
  package struct LinkCountersReport: Equatable, Sendable {
    /// Frames with a right checksum.
    package var framesReceived: UInt32
    /// Frames, those sent again included.
    package var framesSent: UInt32
    /// Frames sent again.
    package var framesResent: UInt32
    /// Times that nothing was acknowledged any more.
    package var timeouts: UInt32
    /// DATA received again.
    package var duplicates: UInt32
    /// DATA that found no room.
    package var refused: UInt32
    /// Pieces between two zeros that were no frame.
    package var damaged: UInt32
    /// Bodies that do not fit their kind.
    package var malformed: UInt32
    /// Bytes that the receive ring had no room for.
    package var bytesDropped: UInt32
    /// UART overruns.
    package var overruns: UInt32
    /// UART framing errors.
    package var framingErrors: UInt32
    /// UART noise flags.
    package var noiseErrors: UInt32

    package init(
      framesReceived: UInt32,
      framesSent: UInt32,
      framesResent: UInt32,
      timeouts: UInt32,
      duplicates: UInt32,
      refused: UInt32,
      damaged: UInt32,
      malformed: UInt32,
      bytesDropped: UInt32,
      overruns: UInt32,
      framingErrors: UInt32,
      noiseErrors: UInt32
    ) {
      self.framesReceived = framesReceived
      self.framesSent = framesSent
      self.framesResent = framesResent
      self.timeouts = timeouts
      self.duplicates = duplicates
      self.refused = refused
      self.damaged = damaged
      self.malformed = malformed
      self.bytesDropped = bytesDropped
      self.overruns = overruns
      self.framingErrors = framingErrors
      self.noiseErrors = noiseErrors
    }
  }
}

extension Wire.LinkCountersReport: WireMessage {
  package static let kind = Wire.MessageKind.linkCountersReport
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(framesReceived)
    writer.write(framesSent)
    writer.write(framesResent)
    writer.write(timeouts)
    writer.write(duplicates)
    writer.write(refused)
    writer.write(damaged)
    writer.write(malformed)
    writer.write(bytesDropped)
    writer.write(overruns)
    writer.write(framingErrors)
    writer.write(noiseErrors)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    framesReceived = try reader.integer("linkCountersReport.framesReceived")
    framesSent = try reader.integer("linkCountersReport.framesSent")
    framesResent = try reader.integer("linkCountersReport.framesResent")
    timeouts = try reader.integer("linkCountersReport.timeouts")
    duplicates = try reader.integer("linkCountersReport.duplicates")
    refused = try reader.integer("linkCountersReport.refused")
    damaged = try reader.integer("linkCountersReport.damaged")
    malformed = try reader.integer("linkCountersReport.malformed")
    bytesDropped = try reader.integer("linkCountersReport.bytesDropped")
    overruns = try reader.integer("linkCountersReport.overruns")
    framingErrors = try reader.integer("linkCountersReport.framingErrors")
    noiseErrors = try reader.integer("linkCountersReport.noiseErrors")
  }
}

extension Wire {
  /// Asks the device to keep its training state, run and next index through power loss. Where it
  /// can, it says PAUSE, takes no samples, and writes once PAUSE is acknowledged. Answered by
  /// STATE_KEPT. A state that is kept already is not written again.
  package struct StateKeep: Equatable, Sendable {
    package init() {}
  }
}

extension Wire.StateKeep: WireMessage {
  package static let kind = Wire.MessageKind.stateKeep
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
  }

  package init(from reader: inout WireReader) throws(WireError) {
  }
}

extension Wire {
  /// What became of a STATE_KEEP.
  package struct StateKept: Equatable, Sendable {
    /// Of the state kept now: counts the states written; 0 for none.
    package var generation: UInt32
    /// How long writing took; 0 where nothing was written.
    package var milliseconds: UInt32
    /// What became of it.
    package var result: Wire.KeepResult

    package init(
      generation: UInt32,
      milliseconds: UInt32,
      result: Wire.KeepResult
    ) {
      self.generation = generation
      self.milliseconds = milliseconds
      self.result = result
    }
  }
}

extension Wire.StateKept: WireMessage {
  package static let kind = Wire.MessageKind.stateKept
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(generation)
    writer.write(milliseconds)
    writer.write(result.rawValue)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    generation = try reader.integer("stateKept.generation")
    milliseconds = try reader.integer("stateKept.milliseconds")
    result = try reader.enumeration("stateKept.result")
  }
}

extension Wire {
  /// Sent with a CRASH_REPORT of a fault: the registers of the code it stopped.
  package struct CrashRegisters: Equatable, Sendable {
    /// R0.
    package var r0: UInt32
    /// R1.
    package var r1: UInt32
    /// R2.
    package var r2: UInt32
    /// R3.
    package var r3: UInt32
    /// R12.
    package var r12: UInt32
    /// XPSR.
    package var programStatus: UInt32
    /// MSP in the handler, below what the fault pushed; outside of the stack the other registers
    /// are 0.
    package var stackPointer: UInt32
    /// HFSR.
    package var hardFaultStatus: UInt32

    package init(
      r0: UInt32,
      r1: UInt32,
      r2: UInt32,
      r3: UInt32,
      r12: UInt32,
      programStatus: UInt32,
      stackPointer: UInt32,
      hardFaultStatus: UInt32
    ) {
      self.r0 = r0
      self.r1 = r1
      self.r2 = r2
      self.r3 = r3
      self.r12 = r12
      self.programStatus = programStatus
      self.stackPointer = stackPointer
      self.hardFaultStatus = hardFaultStatus
    }
  }
}

extension Wire.CrashRegisters: WireMessage {
  package static let kind = Wire.MessageKind.crashRegisters
  package static let channel = Wire.Channel.control

  package func write(to writer: inout WireWriter) {
    writer.write(r0)
    writer.write(r1)
    writer.write(r2)
    writer.write(r3)
    writer.write(r12)
    writer.write(programStatus)
    writer.write(stackPointer)
    writer.write(hardFaultStatus)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    r0 = try reader.integer("crashRegisters.r0")
    r1 = try reader.integer("crashRegisters.r1")
    r2 = try reader.integer("crashRegisters.r2")
    r3 = try reader.integer("crashRegisters.r3")
    r12 = try reader.integer("crashRegisters.r12")
    programStatus = try reader.integer("crashRegisters.programStatus")
    stackPointer = try reader.integer("crashRegisters.stackPointer")
    hardFaultStatus = try reader.integer("crashRegisters.hardFaultStatus")
  }
}

extension Wire {
  /// One sample. Answered by STEP (train, evaluate) or OUTPUT (infer); a repeat of an applied index
  /// is answered from the ring of records and not applied again.
  package struct Sample: Equatable, Sendable {
    /// The open run.
    package var run: UInt64
    /// Position in the run; each index is applied once, after the one before it.
    package var index: UInt32
    /// What to do with it.
    package var mode: Wire.SampleMode
    /// The true class; 0 for infer and where the loss takes none.
    package var label: UInt16
    /// Learning rate = mantissa * 2^-shift; in [2^30, 2^31) or 0.
    package var rateMantissa: UInt32
    /// See `rateMantissa`.
    package var rateShift: UInt8
    /// Share of an applied step that stays in the velocity, in 1/65536.
    package var momentum: UInt16
    /// Share of each trained weight that an applied step takes off, in 1/65536.
    package var decay: UInt16
    /// Bit 0: the step is held back: it goes into the velocity, and no parameter moves.
    package var flags: UInt8
    /// Input codes, int8; behind them, unless for infer, the target's values, int16: `targetBytes`
    /// of DEVICE_INFO.
    package var input: [UInt8]

    package init(
      run: UInt64,
      index: UInt32,
      mode: Wire.SampleMode,
      label: UInt16,
      rateMantissa: UInt32,
      rateShift: UInt8,
      momentum: UInt16,
      decay: UInt16,
      flags: UInt8,
      input: [UInt8]
    ) {
      self.run = run
      self.index = index
      self.mode = mode
      self.label = label
      self.rateMantissa = rateMantissa
      self.rateShift = rateShift
      self.momentum = momentum
      self.decay = decay
      self.flags = flags
      self.input = input
    }
  }
}

extension Wire.Sample: WireMessage {
  package static let kind = Wire.MessageKind.sample
  package static let channel = Wire.Channel.samples

  package func write(to writer: inout WireWriter) {
    writer.write(run)
    writer.write(index)
    writer.write(mode.rawValue)
    writer.write(label)
    writer.write(rateMantissa)
    writer.write(rateShift)
    writer.write(momentum)
    writer.write(decay)
    writer.write(flags)
    writer.write(bytes: input, maximum: 65535)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("sample.run")
    index = try reader.integer("sample.index")
    mode = try reader.enumeration("sample.mode")
    label = try reader.integer("sample.label")
    rateMantissa = try reader.integer("sample.rateMantissa")
    rateShift = try reader.integer("sample.rateShift")
    momentum = try reader.integer("sample.momentum")
    decay = try reader.integer("sample.decay")
    flags = try reader.integer("sample.flags")
    input = try reader.bytes("sample.input", maximum: 65535)
  }
}

extension Wire {
  /// What became of one sample.
  package struct Step: Equatable, Sendable {
    /// The run.
    package var run: UInt64
    /// The sample's index.
    package var index: UInt32
    /// What was done.
    package var mode: Wire.SampleMode
    /// Loss with 16 fraction bits: nats, or squares of the output's unit.
    package var lossQ16: Int32
    /// The class with the largest output code, the lowest such.
    package var prediction: UInt16
    /// The sample's label.
    package var label: UInt16
    /// 1 when the two agree.
    package var correct: UInt8
    /// Training steps in the state after this sample.
    package var trainingStep: UInt32
    /// Waiting for this sample.
    package var waitTicks: UInt32
    /// Forward pass and loss.
    package var forwardTicks: UInt32
    /// Backward pass.
    package var backwardTicks: UInt32
    /// Weight update.
    package var updateTicks: UInt32
    /// Weights that met the end of their range.
    package var saturated: UInt32
    /// Trained parameters whose update rounded to zero.
    package var unchanged: UInt32
    /// Deepest stack since boot; 0 when it is not measured.
    package var stackHighWaterBytes: UInt32
    /// UART overruns since boot.
    package var overruns: UInt32
    /// UART framing errors since boot.
    package var framingErrors: UInt32
    /// UART noise flags since boot.
    package var noiseErrors: UInt32
    /// Bit 0: `digest` is present. Bit 1: answered from the ring of records.
    package var flags: UInt8
    /// Digest of the training state after this sample; 0 when absent.
    package var digest: UInt64

    package init(
      run: UInt64,
      index: UInt32,
      mode: Wire.SampleMode,
      lossQ16: Int32,
      prediction: UInt16,
      label: UInt16,
      correct: UInt8,
      trainingStep: UInt32,
      waitTicks: UInt32,
      forwardTicks: UInt32,
      backwardTicks: UInt32,
      updateTicks: UInt32,
      saturated: UInt32,
      unchanged: UInt32,
      stackHighWaterBytes: UInt32,
      overruns: UInt32,
      framingErrors: UInt32,
      noiseErrors: UInt32,
      flags: UInt8,
      digest: UInt64
    ) {
      self.run = run
      self.index = index
      self.mode = mode
      self.lossQ16 = lossQ16
      self.prediction = prediction
      self.label = label
      self.correct = correct
      self.trainingStep = trainingStep
      self.waitTicks = waitTicks
      self.forwardTicks = forwardTicks
      self.backwardTicks = backwardTicks
      self.updateTicks = updateTicks
      self.saturated = saturated
      self.unchanged = unchanged
      self.stackHighWaterBytes = stackHighWaterBytes
      self.overruns = overruns
      self.framingErrors = framingErrors
      self.noiseErrors = noiseErrors
      self.flags = flags
      self.digest = digest
    }
  }
}

extension Wire.Step: WireMessage {
  package static let kind = Wire.MessageKind.step
  package static let channel = Wire.Channel.telemetry

  package func write(to writer: inout WireWriter) {
    writer.write(run)
    writer.write(index)
    writer.write(mode.rawValue)
    writer.write(lossQ16)
    writer.write(prediction)
    writer.write(label)
    writer.write(correct)
    writer.write(trainingStep)
    writer.write(waitTicks)
    writer.write(forwardTicks)
    writer.write(backwardTicks)
    writer.write(updateTicks)
    writer.write(saturated)
    writer.write(unchanged)
    writer.write(stackHighWaterBytes)
    writer.write(overruns)
    writer.write(framingErrors)
    writer.write(noiseErrors)
    writer.write(flags)
    writer.write(digest)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("step.run")
    index = try reader.integer("step.index")
    mode = try reader.enumeration("step.mode")
    lossQ16 = try reader.integer("step.lossQ16")
    prediction = try reader.integer("step.prediction")
    label = try reader.integer("step.label")
    correct = try reader.integer("step.correct")
    trainingStep = try reader.integer("step.trainingStep")
    waitTicks = try reader.integer("step.waitTicks")
    forwardTicks = try reader.integer("step.forwardTicks")
    backwardTicks = try reader.integer("step.backwardTicks")
    updateTicks = try reader.integer("step.updateTicks")
    saturated = try reader.integer("step.saturated")
    unchanged = try reader.integer("step.unchanged")
    stackHighWaterBytes = try reader.integer("step.stackHighWaterBytes")
    overruns = try reader.integer("step.overruns")
    framingErrors = try reader.integer("step.framingErrors")
    noiseErrors = try reader.integer("step.noiseErrors")
    flags = try reader.integer("step.flags")
    digest = try reader.integer("step.digest")
  }
}

extension Wire {
  /// Answers a sample of mode infer.
  package struct Output: Equatable, Sendable {
    /// The run.
    package var run: UInt64
    /// The sample's index.
    package var index: UInt32
    /// The class with the largest output code, the lowest such.
    package var prediction: UInt16
    /// Output codes, int8; the first 600 where there are more.
    package var codes: [UInt8]

    package init(
      run: UInt64,
      index: UInt32,
      prediction: UInt16,
      codes: [UInt8]
    ) {
      self.run = run
      self.index = index
      self.prediction = prediction
      self.codes = codes
    }
  }
}

extension Wire.Output: WireMessage {
  package static let kind = Wire.MessageKind.output
  package static let channel = Wire.Channel.telemetry

  package func write(to writer: inout WireWriter) {
    writer.write(run)
    writer.write(index)
    writer.write(prediction)
    writer.write(bytes: codes, maximum: 600)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    run = try reader.integer("output.run")
    index = try reader.integer("output.index")
    prediction = try reader.integer("output.prediction")
    codes = try reader.bytes("output.codes", maximum: 600)
  }
}

extension Wire {
  /// Messages the device dropped because its queue was full.
  package struct Gap: Equatable, Sendable {
    /// Where.
    package var channel: Wire.Channel
    /// How many since the last gap.
    package var count: UInt32

    package init(
      channel: Wire.Channel,
      count: UInt32
    ) {
      self.channel = channel
      self.count = count
    }
  }
}

extension Wire.Gap: WireMessage {
  package static let kind = Wire.MessageKind.gap
  package static let channel = Wire.Channel.telemetry

  package func write(to writer: inout WireWriter) {
    writer.write(channel.rawValue)
    writer.write(count)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    channel = try reader.enumeration("gap.channel")
    count = try reader.integer("gap.count")
  }
}

extension Wire {
  /// Asks for part of a segment. Answered by one SEGMENT_DATA, which may be shorter.
  package struct SegmentRead: Equatable, Sendable {
    /// Which segment.
    package var segment: Wire.SegmentKind
    /// First byte.
    package var offset: UInt32
    /// Bytes wanted.
    package var count: UInt32

    package init(
      segment: Wire.SegmentKind,
      offset: UInt32,
      count: UInt32
    ) {
      self.segment = segment
      self.offset = offset
      self.count = count
    }
  }
}

extension Wire.SegmentRead: WireMessage {
  package static let kind = Wire.MessageKind.segmentRead
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(segment.rawValue)
    writer.write(offset)
    writer.write(count)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    segment = try reader.enumeration("segmentRead.segment")
    offset = try reader.integer("segmentRead.offset")
    count = try reader.integer("segmentRead.count")
  }
}

extension Wire {
  /// Part of a segment.
  package struct SegmentData: Equatable, Sendable {
    /// Which segment.
    package var segment: Wire.SegmentKind
    /// First byte.
    package var offset: UInt32
    /// The bytes.
    package var data: [UInt8]

    package init(
      segment: Wire.SegmentKind,
      offset: UInt32,
      data: [UInt8]
    ) {
      self.segment = segment
      self.offset = offset
      self.data = data
    }
  }
}

extension Wire.SegmentData: WireMessage {
  package static let kind = Wire.MessageKind.segmentData
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(segment.rawValue)
    writer.write(offset)
    writer.write(bytes: data, maximum: 600)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    segment = try reader.enumeration("segmentData.segment")
    offset = try reader.integer("segmentData.offset")
    data = try reader.bytes("segmentData.data", maximum: 600)
  }
}

extension Wire {
  /// Overwrites part of a segment; no run may be open. Answered by SEGMENT_WRITTEN.
  package struct SegmentWrite: Equatable, Sendable {
    /// Which segment.
    package var segment: Wire.SegmentKind
    /// First byte.
    package var offset: UInt32
    /// The bytes.
    package var data: [UInt8]

    package init(
      segment: Wire.SegmentKind,
      offset: UInt32,
      data: [UInt8]
    ) {
      self.segment = segment
      self.offset = offset
      self.data = data
    }
  }
}

extension Wire.SegmentWrite: WireMessage {
  package static let kind = Wire.MessageKind.segmentWrite
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(segment.rawValue)
    writer.write(offset)
    writer.write(bytes: data, maximum: 600)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    segment = try reader.enumeration("segmentWrite.segment")
    offset = try reader.integer("segmentWrite.offset")
    data = try reader.bytes("segmentWrite.data", maximum: 600)
  }
}

extension Wire {
  /// The write was carried out.
  package struct SegmentWritten: Equatable, Sendable {
    /// Which segment.
    package var segment: Wire.SegmentKind
    /// First byte.
    package var offset: UInt32
    /// Bytes written.
    package var count: UInt32

    package init(
      segment: Wire.SegmentKind,
      offset: UInt32,
      count: UInt32
    ) {
      self.segment = segment
      self.offset = offset
      self.count = count
    }
  }
}

extension Wire.SegmentWritten: WireMessage {
  package static let kind = Wire.MessageKind.segmentWritten
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(segment.rawValue)
    writer.write(offset)
    writer.write(count)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    segment = try reader.enumeration("segmentWritten.segment")
    offset = try reader.integer("segmentWritten.offset")
    count = try reader.integer("segmentWritten.count")
  }
}

extension Wire {
  /// A pattern that measures the line. Answered by LINK_TEST_REPORT, whatever the device is doing.
  package struct LinkTest: Equatable, Sendable {
    /// Copied into the answer.
    package var number: UInt32
    /// Bytes of pattern the answer is to carry, at most 600.
    package var answerBytes: UInt16
    /// Any bytes.
    package var pattern: [UInt8]

    package init(
      number: UInt32,
      answerBytes: UInt16,
      pattern: [UInt8]
    ) {
      self.number = number
      self.answerBytes = answerBytes
      self.pattern = pattern
    }
  }
}

extension Wire.LinkTest: WireMessage {
  package static let kind = Wire.MessageKind.linkTest
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(number)
    writer.write(answerBytes)
    writer.write(bytes: pattern, maximum: 600)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    number = try reader.integer("linkTest.number")
    answerBytes = try reader.integer("linkTest.answerBytes")
    pattern = try reader.bytes("linkTest.pattern", maximum: 600)
  }
}

extension Wire {
  /// Answers LINK_TEST.
  package struct LinkTestReport: Equatable, Sendable {
    /// Copied from the question.
    package var number: UInt32
    /// Bytes of the question's pattern.
    package var receivedBytes: UInt16
    /// Byte i is 167 * (number + i) + 13, modulo 256.
    package var pattern: [UInt8]

    package init(
      number: UInt32,
      receivedBytes: UInt16,
      pattern: [UInt8]
    ) {
      self.number = number
      self.receivedBytes = receivedBytes
      self.pattern = pattern
    }
  }
}

extension Wire.LinkTestReport: WireMessage {
  package static let kind = Wire.MessageKind.linkTestReport
  package static let channel = Wire.Channel.bulk

  package func write(to writer: inout WireWriter) {
    writer.write(number)
    writer.write(receivedBytes)
    writer.write(bytes: pattern, maximum: 600)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    number = try reader.integer("linkTestReport.number")
    receivedBytes = try reader.integer("linkTestReport.receivedBytes")
    pattern = try reader.bytes("linkTestReport.pattern", maximum: 600)
  }
}

extension Wire {
  /// Something worth telling a person, as the number of a sentence.
  package struct Log: Equatable, Sendable {
    /// How much it matters.
    package var level: Wire.LogLevel
    /// A `logEvent`.
    package var event: UInt16
    /// First number of the sentence.
    package var first: UInt32
    /// Second number of the sentence.
    package var second: UInt32
    /// When, since boot.
    package var milliseconds: UInt32

    package init(
      level: Wire.LogLevel,
      event: UInt16,
      first: UInt32,
      second: UInt32,
      milliseconds: UInt32
    ) {
      self.level = level
      self.event = event
      self.first = first
      self.second = second
      self.milliseconds = milliseconds
    }
  }
}

extension Wire.Log: WireMessage {
  package static let kind = Wire.MessageKind.log
  package static let channel = Wire.Channel.log

  package func write(to writer: inout WireWriter) {
    writer.write(level.rawValue)
    writer.write(event)
    writer.write(first)
    writer.write(second)
    writer.write(milliseconds)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    level = try reader.enumeration("log.level")
    event = try reader.integer("log.event")
    first = try reader.integer("log.first")
    second = try reader.integer("log.second")
    milliseconds = try reader.integer("log.milliseconds")
  }
}
