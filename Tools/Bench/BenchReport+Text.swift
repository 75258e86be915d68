import Foundation
import GraphIR

extension BenchReport {
  /// For a terminal.
  package var text: String {
    var parts: [String] = []
    if !kernels.isEmpty { parts.append(kernelTable) }
    if !steps.isEmpty { parts += [stepTable, layerTables] }
    parts += skipped.map { "skipped: \($0)" }
    return parts.joined(separator: "\n\n")
  }

  private var kernelTable: String {
    let heading = ["kernel", "M7", "M4", "M4 cycles", "of", "bar", "", "others"]
    let rows = kernels.map { row in
      let (m7, m4) = (row[0], row[1])
      let worst = max(m7.instructionsPerUnit, m4.instructionsPerUnit)
      return [
        m7.name, Self.two(m7.instructionsPerUnit), Self.two(m4.instructionsPerUnit),
        Self.two(Double(m4.cost.cycles.high) / Double(m4.units)), m7.unit, m7.bar.map(Self.two) ?? "",
        m7.bar.map { worst > $0 ? "missed" : "met" } ?? "", m7.peers,
      ]
    }
    return "Instructions per MAC or element, M7 = mps2-an500, M4 = mps2-an386\n"
      + Table(heading: heading, rows: rows, leftAligned: [0, 4, 6, 7]).text
  }

  private var stepTable: String {
    let heading = [
      "step", "core", "million", "forward", "backward", "update", "per MAC", "cycles", "bar", "", "others", "kernels B",
      "stack B", "arena B", "state B",
    ]
    let rows = steps.flatMap(\.self).map { row in
      let instructions = Double(row.instructions) / 1e6
      return [
        row.name, Self.core(row.board), Self.three(instructions), Self.three(row.millions(.forward)),
        Self.three(row.millions(.backward)), Self.three(row.millions(.update)), Self.two(row.instructionsPerMAC),
        Self.cycles(row), row.bar.map(Self.two) ?? "", row.bar.map { instructions > $0 ? "missed" : "met" } ?? "",
        row.peers.map { "\($0.name) \(Self.three($0.instructions))" }.joined(separator: ", "),
        "\(row.kernelCodeBytes)", "\(row.stackBoundBytes)", "\(row.arenaBytes)", "\(row.stateBytes)",
      ]
    }
    return "One training step, millions of instructions; bars of memory: kernels 49,152 B of code, stack 2,048 B\n"
      + Table(heading: heading, rows: rows, leftAligned: [0, 1, 9, 10]).text
  }

  /// One for each step, on the board its bar is for.
  private var layerTables: String {
    steps.compactMap { boards in boards.first { $0.bar != nil } ?? boards.last }.map { row in
      let rows = row.layers.map { layer in
        [layer.name] + Phase.allCases.map { phase in layer.phases[phase].map { "\($0)" } ?? "" }
      }
      return "\(row.name), \(Self.core(row.board)): instructions by layer\n"
        + Table(heading: ["layer"] + Phase.allCases.map(\.rawValue), rows: rows, leftAligned: [0]).text
    }.joined(separator: "\n\n")
  }

  private static func core(_ board: String) -> String { board == "mps2-an500" ? "M7" : "M4" }
  private static func two(_ value: Double) -> String { String(format: "%.2f", value) }
  private static func three(_ value: Double) -> String { String(format: "%.3f", value) }

  /// Millions; both ends where they differ.
  private static func cycles(_ row: StepBench.Row) -> String {
    let (low, high) = (two(Double(row.cycles.low) / 1e6), two(Double(row.cycles.high) / 1e6))
    return low == high ? low : "\(low)…\(high)"
  }
}

extension StepBench.Row {
  fileprivate func millions(_ phase: Phase) -> Double { Double(phases[phase] ?? 0) / 1e6 }
}

/// Columns of text.
struct Table {
  var heading: [String]
  var rows: [[String]]
  var leftAligned: Set<Int>

  var text: String {
    let all = [heading] + rows
    let widths = heading.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return leftAligned.contains(column) ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
