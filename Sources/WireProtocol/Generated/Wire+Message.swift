// Written by schema-generator from Protocol/schema.json. Edit that instead.
// swift-format-ignore-file

extension Wire {
  /// First byte of every message.
  package enum MessageKind: UInt8, CaseIterable, Sendable {
    case hostHello = 1
    case deviceHello = 2
    case deviceInfo = 4
    case refuse = 3
    case runBegin = 16
    case runReport = 17
    case runEnd = 18
    case resetState = 19
    case digest = 20
    case digestReport = 21
    case time = 22
    case timeReport = 23
    case pause = 24
    case errorReport = 25
    case crashReport = 26
    case speedPropose = 27
    case speedCommit = 28
    case speedReport = 29
    case linkCounters = 30
    case linkCountersReport = 31
    case stateKeep = 33
    case stateKept = 34
    case crashRegisters = 35
    case sample = 32
    case step = 48
    case output = 49
    case gap = 50
    case segmentRead = 64
    case segmentData = 65
    case segmentWrite = 66
    case segmentWritten = 67
    case linkTest = 68
    case linkTestReport = 69
    case log = 80
  }

  package enum Message: Equatable, Sendable {
    case hostHello(HostHello)
    case deviceHello(DeviceHello)
    case deviceInfo(DeviceInfo)
    case refuse(Refuse)
    case runBegin(RunBegin)
    case runReport(RunReport)
    case runEnd(RunEnd)
    case resetState(ResetState)
    case digest(Digest)
    case digestReport(DigestReport)
    case time(Time)
    case timeReport(TimeReport)
    case pause(Pause)
    case errorReport(ErrorReport)
    case crashReport(CrashReport)
    case speedPropose(SpeedPropose)
    case speedCommit(SpeedCommit)
    case speedReport(SpeedReport)
    case linkCounters(LinkCounters)
    case linkCountersReport(LinkCountersReport)
    case stateKeep(StateKeep)
    case stateKept(StateKept)
    case crashRegisters(CrashRegisters)
    case sample(Sample)
    case step(Step)
    case output(Output)
    case gap(Gap)
    case segmentRead(SegmentRead)
    case segmentData(SegmentData)
    case segmentWrite(SegmentWrite)
    case segmentWritten(SegmentWritten)
    case linkTest(LinkTest)
    case linkTestReport(LinkTestReport)
    case log(Log)
  }
}

extension Wire.MessageKind {
  /// Which side sends messages of this kind.
  package var sender: Wire.Side {
    switch self {
    case
      .hostHello,
      .runBegin,
      .runEnd,
      .resetState,
      .digest,
      .time,
      .speedPropose,
      .speedCommit,
      .linkCounters,
      .stateKeep,
      .sample,
      .segmentRead,
      .segmentWrite,
      .linkTest: .host
    case
      .deviceHello,
      .deviceInfo,
      .refuse,
      .runReport,
      .digestReport,
      .timeReport,
      .pause,
      .errorReport,
      .crashReport,
      .speedReport,
      .linkCountersReport,
      .stateKept,
      .crashRegisters,
      .step,
      .output,
      .gap,
      .segmentData,
      .segmentWritten,
      .linkTestReport,
      .log: .device
    }
  }
}

extension Wire.Message {
  /// The message inside.
  package var content: any WireMessage {
    switch self {
    case .hostHello(let message): message
    case .deviceHello(let message): message
    case .deviceInfo(let message): message
    case .refuse(let message): message
    case .runBegin(let message): message
    case .runReport(let message): message
    case .runEnd(let message): message
    case .resetState(let message): message
    case .digest(let message): message
    case .digestReport(let message): message
    case .time(let message): message
    case .timeReport(let message): message
    case .pause(let message): message
    case .errorReport(let message): message
    case .crashReport(let message): message
    case .speedPropose(let message): message
    case .speedCommit(let message): message
    case .speedReport(let message): message
    case .linkCounters(let message): message
    case .linkCountersReport(let message): message
    case .stateKeep(let message): message
    case .stateKept(let message): message
    case .crashRegisters(let message): message
    case .sample(let message): message
    case .step(let message): message
    case .output(let message): message
    case .gap(let message): message
    case .segmentRead(let message): message
    case .segmentData(let message): message
    case .segmentWrite(let message): message
    case .segmentWritten(let message): message
    case .linkTest(let message): message
    case .linkTestReport(let message): message
    case .log(let message): message
    }
  }

  /// Reads the fields behind the identifier.
  init(_ kind: Wire.MessageKind, from reader: inout WireReader) throws(WireError) {
    switch kind {
    case .hostHello: self = .hostHello(try Wire.HostHello(from: &reader))
    case .deviceHello: self = .deviceHello(try Wire.DeviceHello(from: &reader))
    case .deviceInfo: self = .deviceInfo(try Wire.DeviceInfo(from: &reader))
    case .refuse: self = .refuse(try Wire.Refuse(from: &reader))
    case .runBegin: self = .runBegin(try Wire.RunBegin(from: &reader))
    case .runReport: self = .runReport(try Wire.RunReport(from: &reader))
    case .runEnd: self = .runEnd(try Wire.RunEnd(from: &reader))
    case .resetState: self = .resetState(try Wire.ResetState(from: &reader))
    case .digest: self = .digest(try Wire.Digest(from: &reader))
    case .digestReport: self = .digestReport(try Wire.DigestReport(from: &reader))
    case .time: self = .time(try Wire.Time(from: &reader))
    case .timeReport: self = .timeReport(try Wire.TimeReport(from: &reader))
    case .pause: self = .pause(try Wire.Pause(from: &reader))
    case .errorReport: self = .errorReport(try Wire.ErrorReport(from: &reader))
    case .crashReport: self = .crashReport(try Wire.CrashReport(from: &reader))
    case .speedPropose: self = .speedPropose(try Wire.SpeedPropose(from: &reader))
    case .speedCommit: self = .speedCommit(try Wire.SpeedCommit(from: &reader))
    case .speedReport: self = .speedReport(try Wire.SpeedReport(from: &reader))
    case .linkCounters: self = .linkCounters(try Wire.LinkCounters(from: &reader))
    case .linkCountersReport: self = .linkCountersReport(try Wire.LinkCountersReport(from: &reader))
    case .stateKeep: self = .stateKeep(try Wire.StateKeep(from: &reader))
    case .stateKept: self = .stateKept(try Wire.StateKept(from: &reader))
    case .crashRegisters: self = .crashRegisters(try Wire.CrashRegisters(from: &reader))
    case .sample: self = .sample(try Wire.Sample(from: &reader))
    case .step: self = .step(try Wire.Step(from: &reader))
    case .output: self = .output(try Wire.Output(from: &reader))
    case .gap: self = .gap(try Wire.Gap(from: &reader))
    case .segmentRead: self = .segmentRead(try Wire.SegmentRead(from: &reader))
    case .segmentData: self = .segmentData(try Wire.SegmentData(from: &reader))
    case .segmentWrite: self = .segmentWrite(try Wire.SegmentWrite(from: &reader))
    case .segmentWritten: self = .segmentWritten(try Wire.SegmentWritten(from: &reader))
    case .linkTest: self = .linkTest(try Wire.LinkTest(from: &reader))
    case .linkTestReport: self = .linkTestReport(try Wire.LinkTestReport(from: &reader))
    case .log: self = .log(try Wire.Log(from: &reader))
    }
  }
}
