import FirmwareBuild
import Foundation

/// Counts what kernels and whole steps cost on the cores we serve, in QEMU.
@main
struct Bench {
  static func main() {
    do { try run() } catch {
      FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() throws {
    let filter = CommandLine.arguments.dropFirst().first ?? ""
    let root = try FirmwareRoot.locate()
    let counter = StepCounter(builder: FirmwareBuilder(root: root))
    let catalog = try BoardCatalog(root: root)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let cases = KernelCase.all.filter { filter.isEmpty || $0.name.contains(filter) }
    let boards = try ["mps2-an500", "mps2-an386"].map { try catalog.board(named: $0) }
    for kernel in cases {
      let tables = try boards.map { try KernelBench(counter: counter, board: $0, folder: folder).rows(kernel) }
      for (m7, m4) in zip(tables[0], tables[1]) {
        let bar = m7.bar.map { String(format: "%.2f", $0) } ?? ""
        let cycles = Double(m4.cost.cycles.high) / Double(m4.units)
        print(
          m7.name.padding(toLength: 56, withPad: " ", startingAt: 0),
          String(format: "M7 %6.2f  M4 %6.2f (%6.2f cycles)", m7.instructionsPerUnit, m4.instructionsPerUnit, cycles),
          "per \(m7.unit)  bar \(bar)  \(m7.peers)")
      }
    }
  }
}
