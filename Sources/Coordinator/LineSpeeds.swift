import DeviceLink
import Foundation
import Synchronization

/// The best line speed found for each probe, kept in the state directory so that the next connection
/// begins where this one ended. What is lost with the file is a second of searching.
package final class LineSpeeds: Sendable {
  private let file: URL
  private let complain: @Sendable (String) -> Void
  private let speeds: Mutex<[String: Int]>

  /// - Parameter complain: takes a sentence when the file cannot be read or written; work goes on.
  package init(directory: URL, complain: @escaping @Sendable (String) -> Void) {
    file = directory.appendingPathComponent("line-speeds.json")
    self.complain = complain
    var found: [String: Int] = [:]
    if FileManager.default.fileExists(atPath: file.path) {
      do {
        found = try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: file))
      } catch {
        complain("\(file.path): cannot be read; line speeds are searched anew: \(error.localizedDescription)")
      }
    }
    speeds = Mutex(found.filter { LineRate.range.contains($0.value) })
  }

  /// What a link to this probe is to try: the probe's USB identity, or its path without one.
  package func plan(for probe: String) -> SpeedPlan {
    SpeedPlan(standardBaud: LineRate.standardBaud, rememberedBaud: speeds.withLock { $0[probe] })
  }

  /// - Parameter baud: nil when nothing above the standard rate was good.
  package func remember(_ baud: Int?, for probe: String) {
    let changed: [String: Int]? = speeds.withLock { speeds in
      guard speeds[probe] != baud else { return nil }
      speeds[probe] = baud
      return speeds
    }
    guard let changed else { return }
    do {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try JSONEncoder().encode(changed).write(to: file, options: .atomic)
    } catch {
      complain("\(file.path): cannot be written; the line's speed will be searched again: \(error.localizedDescription)")
    }
  }
}

/// The search for a port's line speed.
package struct LineSearch: Sendable {
  let speeds: LineSpeeds
  /// Who is behind the port now.
  let probe: @Sendable () throws -> String

  package init(_ speeds: LineSpeeds, probe: @escaping @Sendable () throws -> String) {
    self.speeds = speeds
    self.probe = probe
  }
}
