import FirmwareBuild
import Testing
import bench

/// Instructions of kernels and steps, code and stack stay within `Firmware/budgets/instructions.json`. Everything is
/// counted anew, under QEMU.
@Suite struct BudgetTests {
  @Test func everyFigure_isWithinItsBudget() throws {
    let root = try FirmwareRoot.locate()
    let run = try BenchRun(root: root)
    let (budgets, compiler) = (try Budgets(root: root), try run.compiler())
    guard budgets.covers(compiler: compiler) else {
      print(
        "no budgets for \(compiler), only for \(budgets.compilers.joined(separator: ", ")): nothing is held to any; make some with '\(Budgets.acceptCommand)'"
      )
      return
    }
    let report = try run.report()
    for sentence in report.skipped { print("not counted: \(sentence)") }
    let violations = budgets.violations(report, compiler: compiler)
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }
}
