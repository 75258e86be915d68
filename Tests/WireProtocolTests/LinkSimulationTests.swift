import Testing
import WireProtocol

/// Both real ends over a line that damages, loses, repeats and reorders, on a virtual clock.
@Suite struct LinkSimulationTests {
  enum Kind: String, CaseIterable, Sendable { case swift, firmware }

  struct Line: Sendable, CustomTestStringConvertible {
    var name: String
    var faults: LineFaults
    var seedCount: UInt64 = 20
    var testDescription: String { name }
  }

  static let lines = [
    Line(name: "clean", faults: LineFaults(), seedCount: 2),
    Line(name: "flips 1e-4", faults: LineFaults(flip: 1e-4)),
    Line(name: "flips 1e-3", faults: LineFaults(flip: 1e-3)),
    Line(name: "bytes lost and doubled", faults: LineFaults(drop: 5e-4, double: 5e-4)),
    Line(name: "flips 1e-2", faults: LineFaults(flip: 1e-2), seedCount: 5),
    Line(name: "frames lost", faults: LineFaults(lose: 0.2)),
    Line(name: "frames doubled", faults: LineFaults(duplicate: 0.3)),
    Line(name: "frames cut", faults: LineFaults(cut: 0.2)),
    Line(name: "frames reordered", faults: LineFaults(delay: 0.3)),
    Line(
      name: "everything",
      faults: LineFaults(
        flip: 1e-3, drop: 3e-4, double: 3e-4, lose: 0.05, duplicate: 0.1, cut: 0.05, delay: 0.1)),
  ]

  @Test(arguments: lines, Kind.allCases)
  func link_deliversEverySampleOnceInOrder(_ line: Line, _ kind: Kind) {
    for seed in 1...line.seedCount {
      let host = HostSession(sampleCount: 60, inputBytes: 300)
      let (device, log) = Self.makeDevice(kind, bootID: 1, slots: 4, inputBytes: 300)
      var simulation = Simulation(host: host, device: device, seed: seed)
      simulation.faults = line.faults
      simulation.run(until: 120_000_000) { log().nextIndex == 60 && host.answered.count >= 60 }
      let place = "seed \(seed) at \(simulation.now) µs: \(host.endpoint.statistics)"
      #expect(log().nextIndex == 60, "\(place)")
      #expect(log().problems.isEmpty, "\(place)")
      #expect(host.problems.isEmpty, "\(place)")
      if host.connections == 1 { #expect(host.answered == Array(0..<60), "\(place)") }
    }
  }

  @Test(arguments: Kind.allCases)
  func link_survivesUnplugsAndReboots(_ kind: Kind) {
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      let host = HostSession(sampleCount: 40, inputBytes: 900)
      var (device, log) = Self.makeDevice(kind, bootID: 1, slots: 2, inputBytes: 900)
      var simulation = Simulation(host: host, device: Relay { device }, seed: seed)
      simulation.faults = LineFaults(flip: 3e-4, lose: 0.02, duplicate: 0.02)
      for boot in 2...6 as ClosedRange<UInt32> {
        let pause = UInt64.random(in: 1...250_000, using: &random)
        simulation.run(until: simulation.now + pause) { log().nextIndex == 40 }
        switch boot % 3 {
        case 0:
          simulation.unplug()
          host.unplug(now: simulation.now)
        case 1: simulation.unplug()
        default:
          #expect(log().problems.isEmpty, "seed \(seed), boot \(boot)")
          (device, log) = Self.makeDevice(kind, bootID: boot, slots: 2, inputBytes: 900)
        }
      }
      let start = simulation.now
      simulation.run(until: start + 60_000_000) { log().nextIndex == 40 }
      #expect(log().nextIndex == 40, "seed \(seed): \(host.endpoint.statistics) \(host.losses)")
      #expect(log().problems.isEmpty && host.problems.isEmpty, "seed \(seed)")
    }
  }

  /// Percent of the line rate that samples of 3,072 bytes reach: the figures of Documentation/link.md.
  struct Rate: Sendable, CustomTestStringConvertible {
    var flip: Double
    var latency: UInt64 = 1_000
    var baud: UInt64 = 921_600
    var percent: Double
    var testDescription: String { "flip \(flip), latency \(latency), \(baud) baud" }
  }

  @Test(arguments: [
    Rate(flip: 0, percent: 96), Rate(flip: 0, baud: 2_000_000, percent: 95),
    Rate(flip: 0, latency: 10_000, percent: 94),
    Rate(flip: 1e-4, percent: 90), Rate(flip: 1e-3, percent: 74), Rate(flip: 3e-3, percent: 60),
    Rate(flip: 1e-2, percent: 36), Rate(flip: 3e-2, percent: 3),
  ])
  func link_usesTheLine(_ rate: Rate) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let host = HostSession(sampleCount: .max, inputBytes: 3_072)
      let device = FirmwareDevice(bootID: 1, slots: 4, inputBytes: 3_072)
      var simulation = Simulation(host: host, device: device, seed: seed)
      simulation.faults.flip = rate.flip
      simulation.latency = rate.latency
      simulation.baud = rate.baud
      let windows = (1...3).map { window in
        let before = device.log.nextIndex
        simulation.run(until: UInt64(window) * 10_000_000) { false }
        return Double(device.log.nextIndex - before) * 3_095 / Double(rate.baud) * 100
      }
      let place = "seed \(seed): \(windows) \(host.endpoint.statistics) \(host.losses)"
      #expect(windows.allSatisfy { $0 >= rate.percent }, "\(place)")
      #expect(device.log.problems.isEmpty && host.connections == 1, "\(place)")
    }
  }

  static func makeDevice(
    _ kind: Kind, bootID: UInt32, slots: UInt16, inputBytes: Int
  ) -> (any SimulatedEnd, () -> SampleLog) {
    switch kind {
    case .swift:
      let device = SwiftDevice(bootID: bootID, slots: slots, inputBytes: inputBytes)
      return (device, { device.log })
    case .firmware:
      let device = FirmwareDevice(bootID: bootID, slots: slots, inputBytes: inputBytes)
      return (device, { device.log })
    }
  }
}

/// An end that can be swapped for another while the simulation runs: a reset.
private final class Relay: SimulatedEnd {
  private let target: () -> any SimulatedEnd

  init(_ target: @escaping () -> any SimulatedEnd) {
    self.target = target
  }

  func receive(_ bytes: [UInt8], now: UInt64) { target().receive(bytes, now: now) }
  func nextFrame(now: UInt64) -> [UInt8]? { target().nextFrame(now: now) }
  var deadline: UInt64? { target().deadline }
}
