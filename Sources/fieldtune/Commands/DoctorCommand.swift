import ArgumentParser
import Coordinator
import Doctor
import FirmwareBuild
import Foundation
import Telemetry

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what keeps boards from being trained, and name the command that puts it right.",
    discussion: "Ends with status 0 when nothing stands in the way, and with 69 when something must be put right.")

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let isFine: Bool
    let findings: [Finding]
  }

  func run() async throws {
    let doctor = Doctor(
      machine: LiveMachine(), daemon: await Self.daemon(), stateDirectory: StateDirectory.user().path,
      shippedRules: Self.shippedRules())
    let findings = try doctor.findings()
    let report = Report(isFine: !findings.contains { $0.level == .wrong }, findings: findings)
    options.print(report, text: Self.text(of: report))
    guard report.isFine else { throw ExitCode(ExitStatus.unavailable.rawValue) }
  }

  private static func daemon() async -> Doctor.Daemon {
    do throws(ControlFailure) {
      guard let client = try await ControlClient.find() else { return .absent }
      let info = try await client.ping()
      return .answers(processID: info.processID, stateDirectory: info.stateDirectory ?? StateDirectory.system.path)
    } catch {
      return .refuses(error.message)
    }
  }

  /// The same place in the repository and where fieldtune is installed.
  private static func shippedRules() -> (path: String, text: String)? {
    do {
      let home = try FirmwareRoot.locate().directory.deletingLastPathComponent()
      let file = home.appendingPathComponent("Packaging/60-fieldtune.rules")
      return (file.path, try String(contentsOf: file, encoding: .utf8))
    } catch {
      // The rules are then not compared; that they are missing is found all the same.
      return nil
    }
  }

  private static func text(of report: Report) -> String {
    let mark: [Finding.Level: String] = [.fine: "ok  ", .note: "note", .wrong: "fix "]
    let order: [Finding.Level] = [.wrong, .note, .fine]
    let lines = order.flatMap { level in
      report.findings.filter { $0.level == level }.map { finding in
        "\(mark[level] ?? "")  \(finding.subject): \(finding.found)" + (finding.fix.map { "\n        \($0)" } ?? "")
      }
    }
    let count = report.findings.count { $0.level == .wrong }
    let end = count == 0 ? "nothing stands in the way" : "\(count) to put right"
    return (lines + ["", end]).joined(separator: "\n")
  }
}
