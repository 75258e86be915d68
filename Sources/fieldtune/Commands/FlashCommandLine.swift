import ArgumentParser
import ArtifactManifest
import Coordinator
import FirmwareBuild
import Foundation
import Transport
import WireProtocol

struct FlashCommandLine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash",
    abstract: "Build an artifact's firmware, program the board that is connected, and wait until it answers.")

  @Argument(help: "A folder written by 'fieldtune compile'.")
  var dir: String

  @Option(name: .long, help: "The board.")
  var board: String

  @Option(name: .long, help: "st-flash, openocd, pyocd or probe-rs; the first that is installed when absent.")
  var tool: String?

  @Option(name: .long, help: "Serial number of the probe, where several are plugged in.")
  var probe: String?

  @Option(name: .long, help: "Port on which the board answers, or unix:SOCKET; its probe's own when absent.")
  var port: String?

  @Flag(name: .long, help: "Do not wait until the board answers.")
  var noWait = false

  @Flag(name: .long, help: "Print the commands, and do nothing.")
  var dryRun = false

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let board: String
    let tool: String
    let commands: [[String]]
    let elf: String
    let probe: String?
    let port: String?
    /// Who answered; absent where nobody was asked.
    let device: AnsweringDevice?
  }

  func run() async throws {
    let board = try Workspace.catalog().board(named: board)
    let artifact = try Workspace.openArtifact(dir)
    let files = FirmwareFiles(
      in: FirmwareBuilder.outputDirectory(artifactDirectory: artifact.directory, board: board))
    let place = try place(of: board)
    let command = try FlashCommand(
      board: board, files: files, tool: tool,
      probe: place?.serialNumber.map { .init(serialNumber: $0, usb: place?.usb?.description) })
    func report(_ device: AnsweringDevice?) -> Report {
      Report(
        board: board.name, tool: command.tool, commands: command.steps.map(\.arguments), elf: files.elf.path,
        probe: place?.serialNumber, port: place?.path, device: device)
    }
    if dryRun {
      return options.print(report(nil), text: command.steps.map(\.shellText).joined(separator: "\n"))
    }
    let daemon = try await Self.daemon(holding: place?.path)
    options.note("building firmware for \(board.name)")
    _ = try Firmware.build(artifact, for: board)
    try program(board, with: command)
    let programmed = "\(board.name): programmed and verified with \(command.tool)"
    if let reason = reasonNotToWait(place, isHeldByDaemon: daemon) {
      return options.print(report(nil), text: "\(programmed)\(reason)")
    }
    let device = try await answer(of: board, at: place?.path ?? "", expecting: artifact.manifest)
    options.print(report(device), text: "\(programmed)\n\n\(device.text)")
  }

  private func place(of board: Board) throws -> BoardPort? {
    let usb = board.usbIds.compactMap { USBIdentity(vendor: Substring($0.vendor), product: Substring($0.product)) }
    let present = try UdevPortEventSource().present()
    switch BoardPort.find(in: present, usb: Set(usb), probe: probe, path: port) {
    case .found(let place): return place
    case .nothing: return nil
    case .several(let names):
      throw Failure(
        .usage, code: "usage",
        "--probe: found \(names.count) probes that \(board.name) may have (\(names.joined(separator: ", "))), expected "
          + "one: name it with --probe or --port")
    }
  }

  /// Whether a daemon has the port open; one that trains on it is not disturbed.
  private static func daemon(holding path: String?) async throws -> Bool {
    guard let path, let client = try await ControlClient.find() else { return false }
    guard let device = try await client.devices().first(where: { $0.path == path }) else { return false }
    if device.state == .busy {
      throw Failure(
        .unavailable, code: "busy", "\(path): a run is on this board: 'fieldtune pause' or 'fieldtune stop' it first")
    }
    return device.state != .left
  }

  /// The first Ctrl-C only says what a second one would do.
  private func program(_ board: Board, with command: FlashCommand) throws {
    for step in command.steps { options.note(step.shellText) }
    let interrupt = Interrupt()
    defer { withExtendedLifetime(interrupt) {} }
    interrupt.onRequest {
      Console.note("the board is being programmed; a second Ctrl-C ends that and leaves it without firmware")
    }
    let isShown = (Console.isTerminal || options.verbose) && !options.quiet
    try command.run { bytes in if isShown { Console.pass(bytes) } }
  }

  private func reasonNotToWait(_ place: BoardPort?, isHeldByDaemon: Bool) -> String? {
    if noWait { return "" }
    if isHeldByDaemon { return "; the daemon holds its port: 'fieldtune devices' says when it answers" }
    guard place?.path != nil else {
      return "; found no serial port that belongs to its probe: name the board's with --port to see it answer"
    }
    return nil
  }

  private func answer(
    of board: Board, at path: String, expecting manifest: ArtifactManifest
  ) async throws -> AnsweringDevice {
    options.note("waiting for the board's hello on \(path)")
    let source = TransportSource(name: path) {
      if path.hasPrefix("unix:") { return try await UnixSocketTransport.connect(path: String(path.dropFirst(5))) }
      return try await SerialPort.open(path: path, baud: LineRate.standardBaud)
    }
    let connection: any DeviceConnection
    do throws(DeviceFailure) {
      connection = try await source.connect()
    } catch .vanished(let reason) {
      throw Failure(
        .unavailable, code: "device-unavailable",
        "\(board.name) was programmed and verified, but is silent: \(reason). Check that \(path) is its port (--port; "
          + "'fieldtune devices' lists them), that BOOT0 is low, that the solder bridges between the probe and the "
          + "USART are closed, and press the reset button; 'fieldtune doctor' looks for what holds ports")
    }
    await connection.close()
    let info = connection.info
    guard info.board == board.name else {
      throw Failure(
        .refused, code: "device-mismatch",
        "\(path): found \(info.board), expected \(board.name), which was just programmed: name its port with --port")
    }
    try DeviceCheck.verify(info, against: manifest, device: path)
    return AnsweringDevice(info, path: path)
  }
}
