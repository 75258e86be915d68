import ArgumentParser
import Coordinator

struct PageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "Print the link to the daemon's page, with the token that lets a browser in.")

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let page: String
  }

  func run() async throws {
    guard let daemon = try await ControlClient.find() else {
      throw Failure(.unavailable, code: "daemon", "daemon: none answers: start fieldtuned, or see 'fieldtune doctor'")
    }
    guard let page = try await daemon.ping().page else {
      throw Failure(.unavailable, code: "daemon", "daemon: its page is not served")
    }
    options.print(Report(page: page), text: page)
  }
}
