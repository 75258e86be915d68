import FirmwareBuild
import Foundation

/// Upper bounds of what is measured: `Firmware/budgets/instructions.json`. Another compiler makes other code, so each
/// version has its own.
package struct Budgets: Hashable, Sendable {
  /// Figures by compiler, board and name.
  private var figures: [String: [String: [String: Int]]]

  package static let acceptCommand = "UPDATE_BUDGETS=1 make bench"

  /// What a figure may exceed its budget by.
  private static let allowedShare = 0.01

  package init(root: FirmwareRoot) throws {
    figures = try JSONDecoder().decode(
      [String: [String: [String: Int]]].self, from: Data(contentsOf: Self.file(root)))
  }

  package func covers(compiler: String) -> Bool { figures[compiler] != nil }

  package var compilers: [String] { figures.keys.sorted() }

  /// A sentence for each figure that is too large or has no budget.
  package func violations(_ report: BenchReport, compiler: String) -> [String] {
    report.figures.compactMap { figure in
      guard let budget = figures[compiler]?[figure.board]?[figure.name] else {
        return
          "\(figure.board), \(figure.name): found \(figure.value), but no budget; accept it with '\(Self.acceptCommand)'"
      }
      let excess = Double(figure.value) / Double(budget) - 1
      guard excess > Self.allowedShare else { return nil }
      let percent = String(format: "%.1f", 100 * excess)
      return
        "\(figure.board), \(figure.name): found \(figure.value), budget \(budget) (\(percent) % more, 1 % is allowed); make it smaller, or accept it with '\(Self.acceptCommand)'"
    }
  }

  /// Takes over what was measured. What was not measured stays.
  package mutating func accept(_ report: BenchReport, compiler: String) {
    for figure in report.figures {
      figures[compiler, default: [:]][figure.board, default: [:]][figure.name] = figure.value
    }
  }

  package func write(root: FirmwareRoot) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(figures) + Data("\n".utf8)).write(to: Self.file(root), options: .atomic)
  }

  private static func file(_ root: FirmwareRoot) -> URL {
    root.directory.appendingPathComponent("budgets/instructions.json")
  }
}

extension BenchReport {
  fileprivate struct Figure {
    var board: String
    var name: String
    var value: Int
  }

  fileprivate var figures: [Figure] {
    kernels.joined().map { Figure(board: $0.board, name: "\($0.name), instructions", value: $0.cost.instructions) }
      + steps.joined().flatMap { row in
        [
          Figure(board: row.board, name: "\(row.name): step, instructions", value: row.instructions),
          Figure(board: row.board, name: "\(row.name): kernels, bytes of code", value: row.kernelCodeBytes),
          Figure(board: row.board, name: "\(row.name): stack, bytes", value: row.stackBoundBytes),
        ]
      }
  }
}
