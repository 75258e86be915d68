import Doctor
import Foundation
import Testing

/// Each trap on a recorded machine: what is found, in order, and the command that is named.
@Suite struct DoctorTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/machines")
  static let machines = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  private static let rules = (path: "/usr/share/fieldtune/60-fieldtune.rules", text: "the rules\n")

  @Test(arguments: machines) func machine_isExaminedInFull(name: String) throws {
    let machine = try Self.machine(name)
    let findings = try Self.doctor(machine).findings().filter { $0.level != .fine }
    let found = findings.map { RecordedMachine.Expectation(line: "\($0.level) \($0.trap.rawValue) \($0.subject)", fix: $0.fix) }
    #expect(found == machine.expectations, "\(found)")
    for finding in findings { #expect(finding.found.contains("found") || finding.found.contains(": ")) }
  }

  @Test func everyTrap_isOnARecordedMachine() throws {
    let shown = try Self.machines.flatMap { try Self.doctor(Self.machine($0)).findings() }
      .filter { $0.level != .fine }.map(\.trap)
    #expect(Set(Trap.allCases).subtracting(shown).isEmpty)
  }

  private static func machine(_ name: String) throws -> RecordedMachine {
    try RecordedMachine(String(contentsOf: folder.appending(path: name), encoding: .utf8))
  }

  private static func doctor(_ machine: RecordedMachine) -> Doctor {
    Doctor(machine: machine, daemon: machine.daemon, stateDirectory: "/state/fieldtune", shippedRules: rules)
  }
}
