/// Many trials at once, and what they came to.
package struct Campaign: Sendable {
  package typealias Job = @Sendable () -> Trial.Report

  package private(set) var trials = 0
  package private(set) var failures: [(seed: UInt64, reason: String)] = []
  package private(set) var faults = FaultCounts()
  private var milliseconds = 0
  private var steps = 0
  private var lives = 0
  private var recoveries: [(fault: Fault, milliseconds: Int)] = []

  package static func run(_ jobs: [Job]) async -> Campaign {
    await withTaskGroup(of: [Trial.Report].self) { group in
      let size = 50
      for start in stride(from: 0, to: jobs.count, by: size) {
        group.addTask { jobs[start..<min(start + size, jobs.count)].map { $0() } }
      }
      var campaign = Campaign()
      for await reports in group {
        for report in reports { campaign.add(report) }
      }
      campaign.failures.sort { $0.seed < $1.seed }
      return campaign
    }
  }

  /// One job for each byte that a short run sends either way, without power from the port and with it. A job's seed is
  /// its place in the list.
  package static func everyUnplug() -> [Job] {
    let (toDevice, toHost) =
      Trial(unpluggedAfterBytesToDevice: nil, toHost: nil, isPoweredByPort: false).run().carried
    var jobs: [Job] = []
    for isPowered in [false, true] {
      for byte in 1...toDevice {
        jobs.append {
          Trial(unpluggedAfterBytesToDevice: byte, toHost: nil, isPoweredByPort: isPowered).run()
        }
      }
      for byte in 1...toHost {
        jobs.append {
          Trial(unpluggedAfterBytesToDevice: nil, toHost: byte, isPoweredByPort: isPowered).run()
        }
      }
    }
    return jobs
  }

  private mutating func add(_ report: Trial.Report) {
    trials += 1
    faults += report.faults
    milliseconds += report.virtualMilliseconds
    steps += report.steps
    lives += report.lives
    recoveries += report.recoveries
    if let reason = report.failure { failures.append((report.seed, reason)) }
  }

  /// Milliseconds from the moment when everything is back until the next step, below which this share of all lies.
  package func recovery(percentile: Int, after faults: Set<Fault>) -> Int? {
    let sorted = recoveries.filter { faults.contains($0.fault) }.map(\.milliseconds).sorted()
    return sorted.isEmpty ? nil : sorted[min(sorted.count - 1, sorted.count * percentile / 100)]
  }
}

extension Campaign: CustomStringConvertible {
  package var description: String {
    let hours = Double(milliseconds) / 3_600_000
    var lines = [
      "\(trials) trials, \(faults.total) faults, \(steps) steps, \(lives) lives of the host, "
        + "\((hours * 10).rounded() / 10) virtual hours, \(failures.count) failures"
    ]
    lines += Fault.allCases.filter { faults[$0] > 0 }.map { "  \($0): \(faults[$0])" }
    for fault in Fault.allCases {
      guard let half = recovery(percentile: 50, after: [fault]), let most = recovery(percentile: 99, after: [fault])
      else { continue }
      lines.append("  next step after \(fault): p50 \(half) ms, p99 \(most) ms")
    }
    lines += failures.prefix(20).map { "FAILED seed \($0.seed): \($0.reason)" }
    return lines.joined(separator: "\n")
  }
}
