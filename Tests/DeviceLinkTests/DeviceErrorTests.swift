import DeviceLink
import Testing
import WireProtocol

/// Every complaint of a device, the same from the firmware's session and from the model: right code
/// and number, and the device goes on.
struct DeviceErrorTests {
  /// What is sent after a run was begun, and the complaint it meets.
  struct Row: CustomTestStringConvertible, Sendable {
    var name: String
    var code: Wire.ErrorCode
    var context: UInt32
    /// Samples applied before.
    var applied = 0
    var hasRun = true
    var message: Wire.Message

    var testDescription: String { name }
  }

  private static func sample(
    _ number: Int, _ change: (inout Wire.Sample) -> Void
  ) -> Wire.Message {
    var sample = Script.wireSample(number)
    change(&sample)
    return .sample(sample)
  }

  static let rows: [Row] = [
    Row(
      name: "sample without a run", code: .noRun, context: 5, hasRun: false,
      message: sample(0) { _ in }),
    Row(
      name: "sample of another run", code: .wrongRun, context: UInt32(truncatingIfNeeded: Script.run),
      message: sample(0) { $0.run = 9 }),
    Row(
      name: "end of another run", code: .wrongRun, context: UInt32(truncatingIfNeeded: Script.run),
      message: .runEnd(.init(run: 9))),
    Row(name: "sample ahead", code: .indexAhead, context: 5, message: sample(1) { _ in }),
    Row(
      name: "sample before the first", code: .indexForgotten, context: 5,
      message: sample(0) { $0.index = 4 }),
    Row(
      name: "sample that left the ring", code: .indexForgotten, context: 17, applied: 20,
      message: sample(3) { _ in }),
    Row(
      name: "output of other weights", code: .indexForgotten, context: 5, applied: 8,
      message: sample(5) { _ in }),
    Row(
      name: "another run begins", code: .runActive,
      context: UInt32(truncatingIfNeeded: Script.run),
      message: .runBegin(.init(run: 9, seed: 0, firstIndex: 0, flags: 0))),
    Row(
      name: "reset in a run", code: .runActive, context: UInt32(truncatingIfNeeded: Script.run),
      message: .resetState(.init(seed: 0))),
    Row(
      name: "write in a run", code: .runActive, context: UInt32(truncatingIfNeeded: Script.run),
      message: .segmentWrite(.init(segment: .weights, offset: 0, data: [1]))),
    Row(
      name: "short input", code: .inputSize, context: 54,
      message: sample(0) { $0.input.removeLast() }),
    Row(
      name: "long input", code: .inputSize, context: 54, message: sample(0) { $0.input.append(0) }),
    Row(name: "label", code: .labelRange, context: 5, message: sample(0) { $0.label = 5 }),
    Row(
      name: "rate too small", code: .rateRange, context: 1, message: sample(0) { $0.rateMantissa = 1 }),
    Row(
      name: "rate too large", code: .rateRange, context: 1 << 31,
      message: sample(0) { $0.rateMantissa = 1 << 31 }),
    Row(
      name: "momentum without velocities", code: .velocityMissing, context: 9, message: sample(0) { $0.momentum = 9 }),
    Row(
      name: "step held back without velocities", code: .velocityMissing, context: 0,
      message: sample(0) { $0.flags = 1 }),
    Row(
      name: "read of no segment", code: .segmentUnknown, context: 1,
      message: .segmentRead(.init(segment: .ranges, offset: 0, count: 1))),
    Row(
      name: "read past the end", code: .segmentRange, context: 20,
      message: .segmentRead(.init(segment: .biases, offset: 19, count: 2))),
    Row(
      name: "read that wraps", code: .segmentRange, context: 20,
      message: .segmentRead(.init(segment: .biases, offset: .max, count: 2))),
    Row(
      name: "write of no segment", code: .segmentUnknown, context: 4, hasRun: false,
      message: .segmentWrite(.init(segment: .residuals, offset: 0, data: [1]))),
    Row(
      name: "write past the end", code: .segmentRange, context: 8, hasRun: false,
      message: .segmentWrite(.init(segment: .header, offset: 7, data: [1, 2]))),
    Row(
      name: "run 0", code: .malformedMessage, context: 16, hasRun: false,
      message: .runBegin(.init(run: 0, seed: 0, firstIndex: 0, flags: 0))),
  ]

  @Test(arguments: DeviceKind.allCases, rows)
  func device_complainsAndGoesOn(_ kind: DeviceKind, _ row: Row) throws {
    var line = RawLine(kind.boot())
    if row.hasRun { #expect(line.ask(Script.begin).count == 1) }
    for number in 0..<row.applied {
      #expect(line.ask(.sample(Script.wireSample(number))).count == 1)
    }
    let before = line.ask(.digest(.init()))
    let expected = Wire.ErrorReport(
      category: row.category, code: row.code, context: row.context, text: "")
    #expect(line.ask(row.message).map(\.withoutText) == [.errorReport(expected)])
    #expect(line.ask(.digest(.init())) == before, "the complaint changed the state")
    if row.hasRun {
      let next = line.ask(.sample(Script.wireSample(row.applied)))
      #expect(next.count == 1 && next[0].isAnswer, "found \(next)")
    }
  }

  @Test(arguments: rows)
  func devices_complainInTheSameWords(_ row: Row) throws {
    let texts = DeviceKind.allCases.map { kind in
      var line = RawLine(kind.boot())
      if row.hasRun { _ = line.ask(Script.begin) }
      for number in 0..<row.applied { _ = line.ask(.sample(Script.wireSample(number))) }
      return line.ask(row.message)
    }
    #expect(texts[0] == texts[1])
  }
}

extension DeviceErrorTests.Row {
  fileprivate var category: Wire.ErrorCategory {
    switch code.rawValue / 100 {
    case 1: .message
    case 2: .session
    case 3: .sample
    default: .segment
    }
  }
}

extension Wire.Message {
  fileprivate var withoutText: Wire.Message {
    guard case .errorReport(var report) = self else { return self }
    report.text = ""
    return .errorReport(report)
  }

  fileprivate var isAnswer: Bool {
    switch self {
    case .step, .output: true
    default: false
    }
  }
}
