import FirmwareBuild
import Foundation
import Synchronization

/// Measures kernels and steps on the cores we serve.
package struct BenchRun: Sendable {
  /// The checked-out project.
  let project: URL
  /// Models and data sets made by others; nil where there are none.
  let shared: URL?
  let counter: StepCounter
  let boards: [Board]

  package static let boardNames = ["mps2-an500", "mps2-an386"]

  package init(root: FirmwareRoot) throws {
    project = root.directory.deletingLastPathComponent()
    counter = StepCounter(builder: FirmwareBuilder(root: root))
    let catalog = try BoardCatalog(root: root)
    boards = try Self.boardNames.map { try catalog.board(named: $0) }
    let folder =
      ProcessInfo.processInfo.environment["FIELDTUNE_SHARED"].map(URL.init(fileURLWithPath:))
      ?? project.deletingLastPathComponent().appendingPathComponent("shared")
    shared = FileManager.default.fileExists(atPath: folder.appendingPathComponent("models").path) ? folder : nil
  }

  /// `arm-none-eabi-gcc 12.2.1`.
  package func compiler() throws -> String { try counter.builder.compilerVersion(for: boards[0]) }

  /// - Parameter filter: part of the names of what is measured; empty: everything.
  package func report(filter: String = "") throws -> BenchReport {
    var report = BenchReport()
    let kernels = KernelCase.all.filter { filter.isEmpty || $0.name.contains(filter) }
    let steps = try StepCase.all(project: project, shared: shared) { report.skipped.append($0) }
      .filter { filter.isEmpty || $0.name.contains(filter) }
    guard !kernels.isEmpty || !steps.isEmpty else { throw BenchError("found nothing with '\(filter)' in its name") }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fieldtune-bench-\(UUID().uuidString)")
    defer { Self.remove(folder) }
    // Long ones first, so that no core waits for them in the end.
    report.steps = try onEveryBoard(steps.reversed()) { step, board in
      let place = folder.appendingPathComponent("\(board.name) \(step.name)")
      defer { Self.remove(place) }
      return try StepBench(counter: counter, board: board, directory: place).row(step)
    }.reversed()
    report.kernels = try onEveryBoard(kernels) { kernel, board in
      let place = folder.appendingPathComponent("\(board.name) \(kernel.name)")
      defer { Self.remove(place) }
      return try KernelBench(counter: counter, board: board, directory: place).rows(kernel)
    }.flatMap { rows in Self.transposed(rows) }
    return report
  }

  /// One result for each board, for every case; as many at once as there are cores.
  private func onEveryBoard<Case: Sendable, Row: Sendable>(
    _ cases: [Case], measure: @Sendable (Case, Board) throws -> Row
  ) throws -> [[Row]] {
    let results = Mutex<[Int: Result<Row, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: cases.count * boards.count) { index in
      let result = Result { try measure(cases[index / boards.count], boards[index % boards.count]) }
      results.withLock { $0[index] = result }
    }
    let rows = try results.withLock { results in
      try results.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }
    return cases.indices.map { Array(rows[$0 * boards.count..<($0 + 1) * boards.count]) }
  }

  /// Rows by board to boards by row.
  private static func transposed<Row>(_ columns: [[Row]]) -> [[Row]] {
    columns[0].indices.map { row in columns.map { $0[row] } }
  }

  private static func remove(_ folder: URL) {
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("cannot remove \(folder.path): \(error)")
    }
  }
}

/// What was measured: for each kernel or step a row for each board.
package struct BenchReport: Sendable {
  var kernels: [[KernelBench.Row]] = []
  var steps: [[StepBench.Row]] = []
  /// What is not at hand, as sentences.
  package var skipped: [String] = []
}
