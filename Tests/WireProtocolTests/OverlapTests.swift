import Testing
import WireProtocol

/// The next sample arrives while a step runs: the firmware's session and link on a virtual clock.
@Suite(.serialized) struct OverlapTests {
  private func board(
    _ inputBytes: Int, stepMicroseconds: UInt64, operations: UInt64? = nil, sampleCount: UInt32, baud: UInt64 = 921_600,
    slotCount: UInt32 = 1
  ) -> SessionBoard {
    SessionBoard(
      inputBytes: inputBytes,
      step: .init(microseconds: stepMicroseconds, operations: operations ?? max(1, stepMicroseconds / 1_000)),
      sampleCount: sampleCount, baud: baud, slotCount: slotCount)
  }

  /// Microseconds a sample, from the 50th answer on.
  private func period(of board: SessionBoard, sampleCount: UInt32) -> Double {
    board.run(until: 600_000_000) { board.stream.answeredCount == sampleCount }
    #expect(board.applied == Array(0..<sampleCount))
    #expect(board.problems.isEmpty, "\(board.problems)")
    #expect(board.overflowBytes == 0)
    let answers = board.stream.answers
    return Double(answers[answers.count - 1].time - answers[50].time) / Double(answers.count - 51)
  }

  struct Line: Sendable, CustomTestStringConvertible {
    var inputBytes: Int
    var baud: UInt64 = 921_600
    var testDescription: String { "samples of \(inputBytes) B at \(baud) baud" }
  }

  /// 1 / max(T_link, T_step) within 3 %, T_link measured with steps that take no time.
  @Test(
    arguments: [Line(inputBytes: 3_072), Line(inputBytes: 92), Line(inputBytes: 3_072, baud: 2_000_000)],
    [0.25, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 2, 4])
  func rate_isThatOfTheSlowerOfLineAndStep(_ line: Line, _ ratio: Double) {
    let count: UInt32 = line.inputBytes > 1_000 ? 300 : 1_500
    let link = period(
      of: board(line.inputBytes, stepMicroseconds: 0, sampleCount: count, baud: line.baud), sampleCount: count)
    let step = (link * ratio).rounded()
    let stepping = board(line.inputBytes, stepMicroseconds: UInt64(step), sampleCount: count, baud: line.baud)
    let period = period(of: stepping, sampleCount: count)
    #expect(period <= 1.03 * max(link, step), "\(period) µs, link \(link), step \(step)")
    if ratio >= 1.1 {
      let waits = stepping.stream.answers.dropFirst(50).map(\.step.waitTicks)
      #expect(waits.allSatisfy { $0 == 0 }, "waits \(waits.filter { $0 > 0 })")
    }
  }

  /// Whatever an operation takes, the ring holds what the credit allows. In seconds of silence the host repeats
  /// itself, and of that some is lost.
  @Test(arguments: [30_000, 300_000, 3_000_000] as [UInt64], [1, 0] as [UInt32])
  func oneLongOperation_losesNothing(_ microseconds: UInt64, _ slotCount: UInt32) {
    let board = board(3_072, stepMicroseconds: microseconds, operations: 1, sampleCount: 20, slotCount: slotCount)
    board.run(until: 60 * microseconds + 1_000_000) { board.stream.answeredCount == 20 }
    #expect(board.applied == Array(0..<20))
    #expect(board.problems.isEmpty && board.stream.connections == 1)
    if microseconds < 1_000_000 { #expect(board.overflowBytes == 0) }
  }

  @Test func calls_thatTouchNoState_areAnsweredInAStep() {
    let board = board(3_072, stepMicroseconds: 2_000_000, operations: 2_000, sampleCount: 1)
    var hasAsked = false
    var askedAt: UInt64 = 0
    board.onTime = { board in
      guard board.isStepping, !hasAsked, board.applied.count == 1 else { return }
      hasAsked = true
      askedAt = board.now
      _ = board.stream.ask(.linkTest(.init(number: 3, answerBytes: 20, pattern: [1])))
      _ = board.stream.ask(.time(.init(hostMicroseconds: 9)))
      _ = board.stream.ask(.linkCounters(.init()))
      _ = board.stream.ask(.digest(.init()))
    }
    board.run(until: 10_000_000) { board.stream.others.count == 4 && board.stream.answeredCount == 1 }
    let times = board.stream.others.map { $0.time - askedAt }
    #expect(times.count == 4)
    #expect(times.prefix(3).allSatisfy { $0 < 20_000 }, "\(times)")
    #expect(times.last.map { $0 > 1_500_000 } == true, "\(times)")
  }

  /// Connections break at random, also in steps, on a line that damages: each sample is applied once, in order.
  @Test func brokenConnections_applyEachSampleOnce() {
    for seed in 1...30 as ClosedRange<UInt64> {
      let board = board(700, stepMicroseconds: 25_000, sampleCount: 40)
      board.random = SeededGenerator(seed: seed)
      board.faults = LineFaults(flip: 3e-4, lose: 0.02)
      var random = SeededGenerator(seed: seed + 1_000)
      var breakAt: UInt64 = 100_000
      board.onTime = { board in
        guard board.now >= breakAt else { return }
        breakAt = board.now + UInt64.random(in: 20_000...300_000, using: &random)
        board.stream.restart(now: board.now)
      }
      board.run(until: 60_000_000) { board.stream.answeredCount == 40 }
      #expect(board.applied == Array(0..<40), "seed \(seed)")
      #expect(board.problems.isEmpty, "seed \(seed): \(board.problems)")
      #expect(board.stream.answeredCount == 40, "seed \(seed)")
    }
  }
}
