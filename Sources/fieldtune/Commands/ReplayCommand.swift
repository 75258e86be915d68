import ArgumentParser
import DeviceLink

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Show the frames and messages of a trace, and prove that a fresh host end sends the same bytes.")

  @Argument(help: "A capture written by --trace.")
  var file: String

  @Flag(name: .long, help: "Only compare; print no frames.")
  var summary = false

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    struct Difference: Encodable {
      let packet: Int
      let recorded: String
      let replayed: String?
    }

    let packets: Int
    let connections: Int
    /// Frames that the fresh host end sent as recorded.
    let equalFrames: Int
    /// Where the two part; absent when they do not.
    let difference: Difference?
    let frames: [TraceListing.Row]
  }

  func run() async throws {
    let packets = try PacketCapture.packets(of: try Workspace.readFile(file, what: "trace"), name: file)
    let replay = try TraceReplay(packets, name: file)
    let rows = summary ? [] : try TraceListing(packets, name: file).rows
    let report = Report(
      packets: packets.count, connections: replay.connections, equalFrames: replay.equalFrames,
      difference: replay.difference.map {
        Report.Difference(
          packet: $0.packet, recorded: Self.hex($0.recorded), replayed: $0.replayed.map(Self.hex))
      }, frames: rows)
    options.print(report, text: Self.table(rows) + verdict(replay, packets.count) + "\n")
    if replay.difference != nil { throw ExitCode(ExitStatus.badData.rawValue) }
  }

  private static func table(_ rows: [TraceListing.Row]) -> String {
    guard !rows.isEmpty else { return "" }
    var table = TextTable(["packet", "seconds", "from", "frame", "seq", "ack", "credit", "bytes", "messages"])
    for row in rows {
      table.add([
        "\(row.packet)", Number.fixed(row.seconds, 6), row.from, row.what, text(row.sequence), text(row.acknowledged),
        text(row.credit), text(row.bodyBytes), row.messages.joined(separator: "; "),
      ])
    }
    return table.text + "\n"
  }

  private func verdict(_ replay: TraceReplay, _ packets: Int) -> String {
    if let difference = replay.difference {
      return "\(file): packet \(difference.packet): recorded \(Self.hex(difference.recorded)), "
        + "replayed \(difference.replayed.map(Self.hex) ?? "nothing"): another version of fieldtune wrote this trace, "
        + "or the link is not deterministic"
    }
    guard replay.connections > 0 else {
      return "\(file): \(packets) packets without a note of how the host's end began: nothing to compare"
    }
    return "\(file): \(packets) packets, \(replay.connections) connections: "
      + "a fresh host end sends the same \(replay.equalFrames) frames, byte for byte"
  }

  private static func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "" }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
