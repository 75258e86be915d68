import FirmwareBuild
import Foundation

/// Counts what kernels and whole steps cost on the cores we serve, in QEMU, and holds them to their budgets.
///
///     bench [PART OF A NAME]
///
/// With `UPDATE_BUDGETS=1` in the environment the figures become the budgets.
@main
struct Bench {
  static func main() {
    do {
      try run(filter: CommandLine.arguments.dropFirst().joined(separator: " "))
    } catch {
      FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(filter: String) throws {
    let root = try FirmwareRoot.locate()
    let run = try BenchRun(root: root)
    let report = try run.report(filter: filter)
    print(report.text)
    var budgets = try Budgets(root: root)
    let compiler = try run.compiler()
    if ProcessInfo.processInfo.environment["UPDATE_BUDGETS"] == "1" {
      budgets.accept(report, compiler: compiler)
      try budgets.write(root: root)
      print("\naccepted as budgets of \(compiler)")
    } else if budgets.covers(compiler: compiler) {
      print("")
      for violation in budgets.violations(report, compiler: compiler) { print("over budget: \(violation)") }
    } else {
      print("\nno budgets for \(compiler), only for \(budgets.compilers.joined(separator: ", "))")
    }
  }
}
