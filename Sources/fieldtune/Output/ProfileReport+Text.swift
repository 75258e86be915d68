import FirmwareBuild
import Profiling

extension ProfileReport {
  var text: String {
    let clock = clockHertz.map { " at \($0 / 1_000_000) MHz" } ?? ""
    return """
      \(board): \(core)\(clock), counted on \(machine), \(waitStates) wait states

      \(operationTable)
      \(sumTable("phase", phases + between + [Sum(name: "whole step", operations: operations.count, cost: total)]))
      \(sumTable("kernel", kernels))
      \(hot.map(text).joined())\
      \(memory.map(text) ?? "does not fit the board"); \(Number.grouped(total.unaligned)) unaligned accesses

      \(confidence)

      """
  }

  private static let costColumns = ["MACs", "instructions", "per MAC", "loads", "of flash", "cycles", "ms", "%", ""]

  private var operationTable: String {
    var table = TextTable(["#", "operation", "kernel"] + Self.costColumns)
    for row in operations {
      table.add(["\(row.position)", row.name, row.kernel ?? "-"] + cells(row.cost))
    }
    return table.text
  }

  private func text(_ memory: BuildReport) -> String {
    "flash \(Number.bytes(memory.flashBytes)), SRAM \(Number.bytes(memory.sramBytes)) "
      + "(arena \(Number.bytes(memory.arenaBytes)), state \(Number.bytes(memory.stateBytes)), "
      + "stack at most \(memory.stackBoundBytes.map(Number.bytes) ?? "-"))"
  }

  private var between: [Sum] {
    around.map { Sum(name: "\($0.name)() itself", operations: $0.operations, cost: $0.cost) }
  }

  private func sumTable(_ title: String, _ sums: [Sum]) -> String {
    var table = TextTable([title, "operations"] + Self.costColumns)
    for sum in sums { table.add([sum.name, sum.operations == 0 ? "-" : "\(sum.operations)"] + cells(sum.cost)) }
    return table.text
  }

  private func text(_ block: HotBlock) -> String {
    let share = Number.fixed(100 * middle(block.cycles) / max(1, middle(total.cycles)), 1)
    func each(_ cycles: Int) -> String { Number.fixed(Double(cycles) / Double(block.executed), 1) }
    return """
      \(block.function): \(share) % of all cycles, ran \(Number.grouped(block.executed)) times, each time \
      \(block.instructions) instructions, \(block.loads) loads, \(block.multiplications) multiplications, \
      \(each(block.cycles.low))–\(each(block.cycles.high)) cycles
      \(block.lines.map { "    \($0)\n" }.joined())

      """
  }

  private func cells(_ cost: Cost) -> [String] {
    let share = middle(cost.cycles) / max(1, middle(total.cycles))
    let perMac = cost.macs == 0 ? "-" : Number.fixed(Double(cost.instructions) / Double(cost.macs), 2)
    return [
      cost.macs == 0 ? "-" : Number.grouped(cost.macs), Number.grouped(cost.instructions), perMac,
      Number.grouped(cost.loads), Number.grouped(cost.flashLoads),
      "\(Number.grouped(cost.cycles.low))–\(Number.grouped(cost.cycles.high))",
      milliseconds(cost.cycles), Number.fixed(100 * share, 1),
      String(repeating: "█", count: Int((share * 40).rounded())),
    ]
  }

  private func milliseconds(_ cycles: CycleRange) -> String {
    guard let clockHertz else { return "-" }
    let (low, high) = (1000 * Double(cycles.low) / Double(clockHertz), 1000 * Double(cycles.high) / Double(clockHertz))
    let digits = high < 1 ? 3 : high < 100 ? 1 : 0
    return "\(Number.fixed(low, digits))–\(Number.fixed(high, digits))"
  }

  private func middle(_ cycles: CycleRange) -> Double { Double(cycles.low + cycles.high) / 2 }
}
