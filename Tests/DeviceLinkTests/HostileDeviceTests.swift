import DeviceLink
import Testing
import WireProtocol

/// A device that keeps to the link and lies in its messages, in virtual time: it costs a sentence, and
/// no memory.
struct HostileDeviceTests {
  /// A host and a link endpoint that says whatever the test wants, on a perfect line.
  private struct Bench {
    var host = Conversation(name: "line", policy: RetryPolicy(), session: 5)
    var device: DeviceEndpoint
    var milliseconds = 0
    var effects: [Conversation.Effect] = []

    init(_ change: (inout Wire.DeviceInfo) -> Void = { _ in }) {
      var info = Wire.DeviceInfo.honest
      change(&info)
      device = DeviceEndpoint(identity: info, queueBytes: 1 << 20)
      host.start(expecting: nil, timeout: .seconds(2), now: .zero)
      run(20)
    }

    var now: Duration { .milliseconds(milliseconds) }

    mutating func say(_ message: Wire.Message) {
      let isQueued = device.send(message)
      precondition(isQueued, "\(message) found no room")
      run(5)
    }

    /// - Parameter isSilent: whether the device says nothing meanwhile.
    mutating func run(_ count: Int, isSilent: Bool = false) {
      for _ in 0..<count {
        milliseconds += 1
        let microseconds = UInt64(milliseconds) * 1000
        while let frame = host.nextFrame(now: now) { device.receive(frame, now: microseconds) }
        effects += host.tick(now: now)
        _ = device.takeEvents()
        if isSilent { continue }
        while let frame = device.nextFrame(now: microseconds) { effects += host.receive(frame, now: now) }
      }
    }

    mutating func openRun() {
      effects += host.call([.runBegin(.init(run: 9, seed: 1, firstIndex: 0, flags: 1))], now: now).effects
      say(.runReport(.init(run: 9, nextIndex: 0, trainingStep: 0, digest: 1, state: .running)))
    }

    var events: [DeviceEvent] {
      effects.compactMap { if case .tell(let event) = $0 { event } else { nil } }
    }
  }

  @Test(arguments: [
    (
      [Wire.SegmentInfo(kind: .weights, byteCount: .max)], 8,
      "found a training state of 4294967295 bytes, expected at most 16777216"
    ),
    (
      [.init(kind: .weights, byteCount: 5), .init(kind: .weights, byteCount: 5)], 8,
      "found a segment twice, expected each once"
    ),
    ([], 0, "found no slot for records, expected one at least"),
  ] as [([Wire.SegmentInfo], UInt16, String)])
  func impossibleSizes_endTheConnectionWithASentence(
    _ segments: [Wire.SegmentInfo], _ recordSlots: UInt16, _ found: String
  ) {
    let bench = Bench { ($0.segments, $0.recordSlots) = (segments, recordSlots) }
    #expect(bench.host.phase == .over(.unexpected(name: "line", what: "DEVICE_INFO: \(found)")))
  }

  @Test func endlessSlots_doNotMakeAnEndlessWindow() {
    let bench = Bench {
      $0.sampleSlots = .max
      $0.recordSlots = .max
    }
    #expect(bench.host.phase == .connected)
    #expect(bench.host.window == 256)
  }

  @Test func answerToNothing_endsTheConnection() {
    var bench = Bench()
    bench.say(.digestReport(.init(digest: 1, trainingStep: 2, run: 3, nextIndex: 4)))
    #expect(bench.host.phase == .over(.unexpected(name: "line", what: "a digestReport came that answers nothing")))
  }

  /// What an older connection or an older search may have asked.
  @Test(arguments: [
    .timeReport(.init(hostMicroseconds: 1, ticks: .max)),
    .speedReport(.init(bitsPerSecond: 3, state: .testing)),
    .linkTestReport(.init(number: 0x8000_0001, receivedBytes: 9, pattern: [])),
    .step(.lie(run: 9, index: 77)), .step(.lie(run: 8, index: 0)),
  ] as [Wire.Message])
  func lateAnswer_isIgnored(_ message: Wire.Message) {
    var bench = Bench()
    bench.openRun()
    bench.say(message)
    #expect(bench.host.phase == .connected)
    #expect(!bench.effects.contains { if case .answer = $0 { true } else { false } })
  }

  @Test func deviceThatNeverStopsTalking_isCutShortAndCounted() {
    var bench = Bench()
    for number in 0..<20_000 as Range<UInt32> {
      bench.say(.log(.init(level: .error, event: 3, first: number, second: 0, milliseconds: number)))
    }
    // 100 s at five a second, after the first fifty.
    let logs = bench.events.count { if case .log = $0 { true } else { false } }
    #expect(logs <= 50 + 5 * 100 + 1)
    let left = bench.events.reduce(0) { if case .tooMuch(let count) = $1 { $0 + count } else { $0 } }
    #expect((19_900...20_000).contains(left + logs))
    #expect(bench.host.phase == .connected)
  }

  @Test func pause_keepsTheConnectionThroughSilence() throws {
    var bench = Bench()
    bench.openRun()
    _ = try bench.host.submit(
      DeviceSample(index: 0, mode: .evaluate, input: [1, 2]), now: bench.now)
    bench.say(.pause(.init(reason: .flashErase, milliseconds: 30_000)))
    bench.run(39_000, isSilent: true)
    #expect(bench.host.phase == .connected)
    #expect(!bench.events.contains(.connectionLost))
    bench.run(3000, isSilent: true)
    #expect(bench.events.contains(.connectionLost))
  }

  @Test func pauseWithoutEnd_isNotWaitedFor() {
    var bench = Bench()
    bench.openRun()
    bench.say(.pause(.init(reason: .thermal, milliseconds: .max)))
    bench.run(615_000, isSilent: true)
    #expect(bench.events.contains(.connectionLost))
  }

  @Test(arguments: [
    (
      DeviceEvent.log(.init(level: .warning, event: 4, first: 12, second: 3, milliseconds: 999)),
      "device, 999 ms after its start: The UART counted 12 overruns and 3 framing or noise errors since boot."
    ),
    (
      .log(.init(level: .warning, event: 999, first: 12, second: 3, milliseconds: 5)),
      "device, 5 ms after its start: event 999 with 12 and 3, which this program does not know"
    ),
    (.gap(.init(channel: .telemetry, count: 7)), "the device dropped 7 messages of telemetry: its queue was full"),
    (
      .pause(.init(reason: .flashErase, milliseconds: 1500)),
      "the device pauses for 1500 ms at most: The processor stalls while flash is erased."
    ),
    (
      .crash(
        .init(
          kind: .busFault, programCounter: 0x0800_1234, linkRegister: 0x0800_4321, faultStatus: 0x8200,
          faultAddress: 0x2005_0000)),
      "the firmware crashed before this start: Bus fault. It was at 08001234, called from 08004321, fault status "
        + "00008200, address 20050000: find the line with 'arm-none-eabi-addr2line -e FIRMWARE.elf 08001234' and report it"
    ),
    (
      .complaint(.init(category: .device, code: .deviceFault, context: 4, text: "too warm")),
      "the device complains: too warm (code 501, context 4)"
    ),
  ])
  func event_isASentence(_ event: DeviceEvent, _ sentence: String) {
    #expect(event.sentence == sentence)
  }

  @Test func textWithControlCharacters_commandsNoTerminal() throws {
    func report(_ text: String) -> Wire.Message {
      .errorReport(.init(category: .device, code: .deviceFault, context: 0, text: text))
    }
    let read = try Wire.Message(report("\u{1B}[2J two\nlines, 8 µs").bytes, from: .device)
    #expect(read == report("\u{FFFD}[2J two\u{FFFD}lines, 8 µs"))
  }
}

extension Wire.Step {
  fileprivate static func lie(run: UInt64, index: UInt32) -> Wire.Step {
    Wire.Step(
      run: run, index: index, mode: .train, lossQ16: .min, prediction: .max, label: 0, correct: 9, trainingStep: 0,
      waitTicks: 0, forwardTicks: 0, backwardTicks: 0, updateTicks: 0, saturated: 0, unchanged: 0,
      stackHighWaterBytes: 0, overruns: 0, framingErrors: 0, noiseErrors: 0, flags: 0, digest: 0)
  }
}

extension Wire.DeviceInfo {
  fileprivate static let honest = Wire.DeviceInfo(
    bootID: 1, uid: [UInt8](repeating: 0, count: 12), board: "toy", firmware: "toy", modelHash: 1, planHash: 2,
    semanticsHash: 3, layoutHash: 4, sampleQueueBytes: 100, sampleSlots: 1, recordSlots: 8, inputBytes: 2,
    targetBytes: 0, classCount: 2, segments: [], bauds: [], memory: [], counterUnit: .cycles,
    counterHertz: 180_000_000, run: 0, nextIndex: 0, trainingStep: 0, checkpointGeneration: 0, state: .idle,
    bitsPerSecond: 0)
}
