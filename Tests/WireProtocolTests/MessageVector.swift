import WireProtocol

/// A message's bytes, and what a reader must make of them; nil for a message to reject.
struct MessageVector {
  var name: String
  var sender: Wire.Side
  var bytes: [UInt8]
  var message: Wire.Message?

  static let all: [MessageVector] = good + appended + truncated + malformed

  /// One of each kind, with a different value in every field.
  static let messages: [Wire.Message] = [
    .hostHello(
      Wire.HostHello(
        magic: Wire.magic, protocolMinimum: 1, protocolMaximum: 2, session: 0x1122_3344_5566_7788,
        attempt: 9, bootID: 3, connection: 4, schemaHash: 0x8877_6655_4433_2211, mtu: 640)),
    .deviceHello(
      Wire.DeviceHello(
        magic: Wire.magic, protocolMinimum: 1, protocolMaximum: 2, session: 1, attempt: 2, bootID: 3,
        connection: 4, schemaHash: 5, mtu: 640)),
    .deviceInfo(deviceInfo),
    .refuse(
      Wire.Refuse(
        session: 5, attempt: 6, code: .schema, protocolMinimum: 1, protocolMaximum: 3,
        schemaHash: 7, text: "no")),
    .runBegin(Wire.RunBegin(run: 0xFFFF_FFFF_FFFF_FFFF, seed: 2, firstIndex: 3, flags: 1)),
    .runReport(Wire.RunReport(run: 1, nextIndex: 2, trainingStep: 3, digest: 4, state: .ended)),
    .runEnd(Wire.RunEnd(run: 77)),
    .resetState(Wire.ResetState(seed: 0xDEAD_BEEF)),
    .digest(Wire.Digest()),
    .digestReport(Wire.DigestReport(digest: 1, trainingStep: 2, run: 3, nextIndex: 4)),
    .time(Wire.Time(hostMicroseconds: 1 << 40)),
    .timeReport(Wire.TimeReport(hostMicroseconds: 1 << 40, ticks: 1 << 50)),
    .pause(Wire.Pause(reason: .flashErase, milliseconds: 2600)),
    .errorReport(
      Wire.ErrorReport(category: .session, code: .indexAhead, context: 12, text: "später")),
    .crashReport(
      Wire.CrashReport(
        kind: .busFault, programCounter: 1, linkRegister: 2, faultStatus: 3, faultAddress: 4)),
    .crashRegisters(
      Wire.CrashRegisters(
        r0: 1, r1: 2, r2: 3, r3: 4, r12: 5, programStatus: 0x0100_0000, stackPointer: 0x2000_07C0,
        hardFaultStatus: 1 << 30)),
    .sample(
      Wire.Sample(
        run: 1, index: 2, mode: .evaluate, label: 3, rateMantissa: 1 << 30, rateShift: 40, momentum: 58_982,
        decay: 256, flags: 1,
        input: [0x80, 0xFF, 0, 0x7F])),
    .step(SampleStream.step(41)),
    .output(Wire.Output(run: 1, index: 2, prediction: 3, codes: [4, 5, 6])),
    .gap(Wire.Gap(channel: .telemetry, count: 17)),
    .segmentRead(Wire.SegmentRead(segment: .residuals, offset: 256, count: 600)),
    .segmentData(Wire.SegmentData(segment: .biases, offset: 4, data: [1, 2, 3])),
    .segmentWrite(Wire.SegmentWrite(segment: .ranges, offset: 8, data: [9, 8, 7])),
    .stateKeep(Wire.StateKeep()),
    .stateKept(Wire.StateKept(generation: 9, milliseconds: 2_000, result: .flashFault)),
    .segmentWritten(Wire.SegmentWritten(segment: .header, offset: 1, count: 2)),
    .speedPropose(Wire.SpeedPropose(bitsPerSecond: 2_000_000)),
    .speedCommit(Wire.SpeedCommit(bitsPerSecond: 1_843_200)),
    .speedReport(Wire.SpeedReport(bitsPerSecond: 460_800, state: .testing)),
    .linkCounters(Wire.LinkCounters()),
    .linkCountersReport(
      Wire.LinkCountersReport(
        framesReceived: 1, framesSent: 2, framesResent: 3, timeouts: 4, duplicates: 5, refused: 6, damaged: 7,
        malformed: 8, bytesDropped: 9, overruns: 10, framingErrors: 11, noiseErrors: 12)),
    .linkTest(Wire.LinkTest(number: 3, answerBytes: 2, pattern: [0x55, 0xAA, 0])),
    .linkTestReport(Wire.LinkTestReport(number: 3, receivedBytes: 3, pattern: [2, 169])),
    .log(Wire.Log(level: .warning, event: 5, first: 2_000_000, second: 921_600, milliseconds: 77)),
  ]

  private static var deviceInfo: Wire.DeviceInfo {
    var info = SampleStream.info(bootID: 3, nextIndex: 4, slots: 2, inputBytes: 64)
    info.memory = [
      Wire.MemoryRegion(name: "DTCM", byteCount: 65_536, plannedBytes: 1, highWaterBytes: 2)
    ]
    return info
  }

  private static var good: [MessageVector] {
    messages.map { message in
      let kind = type(of: message.content).kind
      return MessageVector(
        name: "\(kind)", sender: kind.sender, bytes: message.bytes, message: message)
    }
  }

  /// A later version may append fields.
  private static var appended: [MessageVector] {
    good.map { vector in
      var longer = vector
      longer.name += " with appended fields"
      longer.bytes += [1, 2, 3]
      return longer
    }
  }

  private static var truncated: [MessageVector] {
    good.map { vector in
      MessageVector(
        name: vector.name + " cut", sender: vector.sender, bytes: vector.bytes.dropLast(),
        message: nil)
    }
  }

  private static var malformed: [MessageVector] {
    func changed(_ name: String, _ index: Int, _ value: UInt8, _ bytes: [UInt8]) -> MessageVector {
      var bytes = bytes
      bytes[index] = value
      return MessageVector(name: name, sender: .host, bytes: bytes, message: nil)
    }
    let sample = SampleStream.sample(1, inputBytes: 8).bytes
    let write = Wire.SegmentWrite(segment: .weights, offset: 0, data: Array(0..<9)).bytes
    return [
      MessageVector(name: "empty", sender: .host, bytes: [], message: nil),
      MessageVector(name: "identifier 0", sender: .host, bytes: [0], message: nil),
      MessageVector(name: "identifier 255", sender: .host, bytes: [255, 1, 2], message: nil),
      MessageVector(
        name: "a device's message from the host", sender: .host,
        bytes: SampleStream.step(1).bytes, message: nil),
      changed("sample of mode 3", 13, 3, sample),
      changed("sample with a count beyond the end", sample.count - 10, 9, sample),
      changed("segment 200", 1, 200, write),
      changed("segment data of 777 bytes", 7, 3, write),
    ]
  }
}
