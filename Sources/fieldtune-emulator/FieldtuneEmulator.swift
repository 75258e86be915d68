import ArgumentParser
import BoardEmulator
import Foundation

/// Runs the file that is flashed in an emulator of its board: a process like QEMU, with the serial line on a socket or a
/// pseudo terminal.
@main
struct FieldtuneEmulator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fieldtune-emulator", abstract: "Runs a board's firmware, the very file that is flashed, in an emulator of the board.",
    subcommands: [RunCommand.self, BootCommand.self])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let finding as Finding {
      fail(finding.description, status(of: finding))
    } catch {
      if exitCode(for: error) == .success { exit(withError: error) }
      fail(fullMessage(for: error), 64)
    }
  }

  /// As `fieldtune`: 69 what is needed is not there, 75 the firmware does what the board forbids.
  private static func status(of finding: Finding) -> CInt {
    finding.kind == .broken ? 69 : 75
  }

  private static func fail(_ sentence: String, _ status: CInt) -> Never {
    FileHandle.standardError.write(Data("fieldtune-emulator: \(sentence)\n".utf8))
    Foundation.exit(status)
  }
}
