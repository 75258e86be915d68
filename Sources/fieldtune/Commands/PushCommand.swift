import ArgumentParser
import Foundation

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Send live samples, JSON lines of standard input, to a run that waits on a socket.",
    discussion: #"A line is {"x": [numbers], "label": n} or {"x64": "base64", "type": "u8", "label": n}."#)

  @Argument(help: "The socket of --data live:SOCKET.")
  var socket: String

  @OptionGroup var options: GlobalOptions

  struct Report: Codable {
    let accepted: Int
    let dropped: Int
    let refused: Int
  }

  func run() throws {
    let connection = try LineSocket(connectingTo: socket)
    var report: Report?
    func take(_ answers: [String]) {
      for answer in answers {
        guard let sums = Self.sums(answer) else {
          options.note(answer)
          continue
        }
        report = sums
        options.detail("\(sums.accepted) accepted, \(sums.dropped) dropped, \(sums.refused) refused so far")
      }
    }
    while let line = readLine() {
      guard line.isEmpty || connection.send(line) else { break }
      take(try connection.answers())
    }
    take(try connection.finish())
    guard let report else {
      throw Failure(.unavailable, code: "push", "\(socket): the run hung up before it had counted the samples")
    }
    options.print(
      report, text: "\(report.accepted) accepted, \(report.dropped) dropped, \(report.refused) refused")
    if report.refused > 0 {
      throw Failure(.badData, code: "data", "\(socket): \(report.refused) lines were refused")
    }
  }

  private static func sums(_ line: String) -> Report? {
    do {
      return try JSONDecoder().decode(Report.self, from: Data(line.utf8))
    } catch {
      return nil  // Any other line is for people.
    }
  }
}
