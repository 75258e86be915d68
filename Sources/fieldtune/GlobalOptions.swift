import ArgumentParser
import Foundation
import Telemetry

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON object to standard output; errors too.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say more on standard error.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Say nothing on standard error but errors.")
  var quiet = false

  /// A line for people, on standard error.
  func note(_ text: @autoclosure () -> String) {
    if !quiet { Console.note(text()) }
  }

  func detail(_ text: @autoclosure () -> String) {
    if verbose && !quiet { Console.note(text()) }
  }

  /// The result: one JSON object, or text.
  func print(_ value: some Encodable, text: @autoclosure () -> String) {
    if json {
      Console.write(json: value)
    } else {
      Console.write(text())
    }
  }

  /// The store of runs of this user.
  func openStore() throws -> RunStore { try RunStore(directory: StateDirectory.user()) }
}
