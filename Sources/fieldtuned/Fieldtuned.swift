import ArgumentParser
import Foundation
import Logging

/// The daemon: boards, runs, a socket for the command line, and a page.
@main
struct Fieldtuned: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "fieldtuned",
    abstract: "Trains models on microcontrollers, and shows how it goes.",
    discussion: """
      Without --config: /etc/fieldtune/fieldtuned.toml, then /etc/fieldtune/conf.d/*.toml, then
      $XDG_CONFIG_HOME/fieldtune/fieldtuned.toml; what comes later counts. Ends with status 0 on SIGTERM
      and SIGINT, after the step in progress and a checkpoint.
      """,
    version: version)

  @Option(help: ArgumentHelp("Read this configuration and no other.", valueName: "file"))
  var config: String?

  @Flag(help: "Print the configuration in force, and end.")
  var check = false

  func run() async throws {
    let configuration: Configuration
    do {
      configuration = try Configuration.load(file: config)
      if check {
        print(try configuration.text(), terminator: "")
        return
      }
    } catch {
      throw Self.fail(error, status: 78)
    }
    let level = configuration.logLevel
    LoggingSystem.bootstrap { _ in JSONLogHandler(logLevel: level) }
    do {
      try await Daemon(configuration: configuration).run()
    } catch {
      throw Self.fail(error, status: 71)
    }
  }

  /// - Parameter status: of BSD's sysexits.h: 78 configuration, 71 operating system.
  private static func fail(_ error: any Error, status: Int32) -> ExitCode {
    FileHandle.standardError.write(Data("fieldtuned: \(error)\n".utf8))
    return ExitCode(status)
  }
}
