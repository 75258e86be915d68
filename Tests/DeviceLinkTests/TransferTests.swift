import DeviceLink
import FaultSimulation
import Testing
import WireProtocol

/// Checkpoints that go on where a cut has left them, with a cut at every offset.
struct TransferTests {
  private static let pieceBytes = 16

  /// Where a device of either kind stands after some training, and its whole state.
  private func trained(_ kind: DeviceKind) throws -> (simulation: Simulation, digest: UInt64) {
    var simulation = Simulation(kind.boot())
    let outcome = try #require(try simulation.runScript(Script.samples(12)))
    return (simulation, outcome.digest)
  }

  /// Asks piece by piece until all is there, or until the line is cut after `answers`.
  private func read(
    _ reading: inout StateReading, _ simulation: inout Simulation, answers: Int = .max
  ) throws -> Int {
    reading.rewind()
    var count = 0
    while count < answers, let request = reading.nextRequest(pieceBytes: Self.pieceBytes) {
      guard case .segmentData(let data) = try #require(try simulation.call(request)?.get()) else { break }
      let fits = reading.take(data)
      #expect(fits)
      count += 1
    }
    return count
  }

  private func write(
    _ writing: inout StateWriting, _ simulation: inout Simulation, answers: Int = .max
  ) throws -> Int {
    writing.rewind()
    var count = 0
    while count < answers, let request = writing.nextRequest(pieceBytes: Self.pieceBytes) {
      guard case .segmentWritten(let report) = try #require(try simulation.call(request)?.get()) else { break }
      writing.confirm(report)
      count += 1
    }
    return count
  }

  private func reconnect(_ simulation: inout Simulation) {
    let isConnected = simulation.run { $0.host.phase == .connected }
    #expect(isConnected)
  }

  private func info(_ simulation: Simulation) throws -> Wire.DeviceInfo { try #require(simulation.host.device).info }

  @Test(arguments: DeviceKind.allCases)
  func copyOfAState_cutAtEveryOffset_goesOnThere(_ kind: DeviceKind) throws {
    var (simulation, _) = try trained(kind)
    let start = try info(simulation)
    var whole = StateReading(of: start, run: Script.run, position: 17)
    let pieces = try read(&whole, &simulation)
    #expect(whole.isComplete)
    for cut in 0..<pieces {
      var reading = StateReading(of: start, run: Script.run, position: 17)
      _ = try read(&reading, &simulation, answers: cut)
      // The piece on its way when the line is cut is asked for again.
      _ = reading.nextRequest(pieceBytes: Self.pieceBytes)
      simulation.replaceHost(session: UInt64(cut + 100))
      reconnect(&simulation)
      #expect(reading.continues(of: try info(simulation), run: Script.run, position: 17))
      let rest = try read(&reading, &simulation)
      #expect(rest == pieces - cut)
      #expect(reading.segments == whole.segments, "cut before piece \(cut)")
    }
  }

  @Test(arguments: DeviceKind.allCases)
  func writtenState_cutAtEveryOffset_goesOnThere(_ kind: DeviceKind) throws {
    var (simulation, digest) = try trained(kind)
    var reading = StateReading(of: try info(simulation), run: Script.run, position: 17)
    _ = try read(&reading, &simulation)
    let pieces = reading.segments.reduce(0) { $0 + ($1.bytes.count + Self.pieceBytes - 1) / Self.pieceBytes }
    for cut in 0..<pieces {
      _ = try #require(try simulation.call(.resetState(.init(seed: 99)))?.get())
      var writing = StateWriting(reading.segments, into: try info(simulation), lastRun: Script.run)
      _ = try write(&writing, &simulation, answers: cut)
      _ = writing.nextRequest(pieceBytes: Self.pieceBytes)
      simulation.replaceHost(session: UInt64(cut + 100))
      reconnect(&simulation)
      #expect(writing.continues(on: try info(simulation)))
      let rest = try write(&writing, &simulation)
      #expect(rest == pieces - cut)
      guard case .digestReport(let report) = try #require(try simulation.call(.digest(.init()))?.get()) else {
        Issue.record("no digest")
        return
      }
      #expect(report.digest == digest, "cut before piece \(cut)")
    }
  }

  @Test func deviceThatWasResetOrWentOn_beginsAnew() throws {
    var (simulation, _) = try trained(.model)
    let before = try info(simulation)
    let reading = StateReading(of: before, run: Script.run, position: 17)
    let writing = StateWriting([], into: before, lastRun: Script.run)
    #expect(!reading.continues(of: before, run: Script.run, position: 18))
    #expect(!reading.continues(of: before, run: 9, position: 17))
    simulation.replaceDevice(DeviceKind.model.boot(2))
    simulation.replaceHost(session: 7)
    reconnect(&simulation)
    #expect(!reading.continues(of: try info(simulation), run: Script.run, position: 17))
    #expect(!writing.continues(on: try info(simulation)))
  }

  /// A device may send less than it was asked for, and what does not follow is left out.
  @Test func shortAndWrongPieces_leaveTheCopyWhole() throws {
    let (simulation, _) = try trained(.model)
    var reading = StateReading(of: try info(simulation), run: 0, position: 0)
    let pieces: [(data: Wire.SegmentData, fits: Bool)] = [
      (.init(segment: .weights, offset: 0, data: [1]), false),
      (.init(segment: .header, offset: 1, data: [1]), false),
      (.init(segment: .header, offset: 0, data: []), false),
      (.init(segment: .header, offset: 0, data: [UInt8](repeating: 1, count: 9)), false),
      (.init(segment: .header, offset: 0, data: [1, 2, 3]), true),
    ]
    for piece in pieces {
      let fits = reading.take(piece.data)
      #expect(fits == piece.fits)
    }
    reading.rewind()
    let next = reading.nextRequest(pieceBytes: 100)
    #expect(next == .segmentRead(.init(segment: .header, offset: 3, count: 5)))
  }
}
