import ArtifactManifest
import Coordinator
import DeviceLink
import DeviceModel
import FirmwareBuild
import Foundation
import Telemetry
import Transport

/// A device that can be reached, from here and, by its reference, from the daemon.
struct OpenedDevice {
  /// Keeps a device that is a process alive.
  let source: TransportSource
  let reference: DeviceReference
}

/// Makes devices reachable: starts those that are processes, finds those that are plugged in.
struct DeviceOpener {
  let artifact: Artifact
  let baud: LineRate
  var trace: LinkTrace?
  var policy = RetryPolicy()
  /// For emulated boards.
  var faults: [String] = []
  /// Unless the rate is pinned.
  var triesEveryRate = false
  let note: (String) -> Void

  func open(_ device: DeviceName) throws -> OpenedDevice {
    let name = device.description
    switch device {
    case .loopback:
      let artifact = artifact
      let keptStates = KeptStates()
      return OpenedDevice(
        source: TransportSource(name: name, policy: policy, trace: trace) {
          try LoopbackDevice(artifact: artifact, keptStates: keptStates).transport
        }, reference: .loopback)
    case .host:
      return try process(try Workspace.catalog().board(named: "host"), name: name)
    case .qemu(let board):
      let catalog = try Workspace.catalog()
      return try process(try catalog.qemuBoard(for: try self.board(board, in: catalog)), name: name)
    case .emulator(let board):
      let catalog = try Workspace.catalog()
      return try process(try catalog.emulatedBoard(try self.board(board, in: catalog)), name: name)
    case .port(let path):
      let baud = baud.openingBaud
      let search = search { try PortFinder.identity(at: path) }
      return OpenedDevice(
        source: TransportSource(name: name, policy: policy, trace: trace, search: search, triesEveryRate: isSurvey) {
          try await SerialPort.open(path: path, baud: baud)
        },
        reference: .port(name: path))
    case .socket(let path):
      return OpenedDevice(
        source: TransportSource(name: name, policy: policy, trace: trace, triesEveryRate: isSurvey) {
          try await UnixSocketTransport.connect(path: path)
        },
        reference: .socket(path: path))
    case .usb(let id):
      let baud = baud.openingBaud
      let search = search { try PortFinder.identity(at: try PortFinder.path(of: id)) }
      return OpenedDevice(
        source: TransportSource(name: name, policy: policy, trace: trace, search: search, triesEveryRate: isSurvey) {
          try await SerialPort.open(path: try PortFinder.path(of: id), baud: baud)
        }, reference: .port(name: id))
    }
  }

  /// An artifact that was compiled for the host has no stand-in: any machine will do then.
  private func board(_ name: String?, in catalog: BoardCatalog) throws -> Board {
    let board = try catalog.board(named: name ?? artifact.manifest.board)
    return name == nil && board.runs == .host ? try catalog.board(named: Workspace.defaultBoard) : board
  }

  private func search(_ probe: @escaping @Sendable () throws -> String) -> LineSearch? {
    guard case .automatic = baud else { return nil }
    return LineSearch(LineSpeeds(directory: StateDirectory.user(), complain: { Console.note($0) }), probe: probe)
  }

  private var isSurvey: Bool { triesEveryRate && baud == .automatic }

  private func process(_ board: Board, name: String) throws -> OpenedDevice {
    note("building firmware for \(board.name)")
    let report = try Firmware.build(artifact, for: board)
    let device = RestartingDevice(board: board, elf: URL(fileURLWithPath: report.elf), faults: faults)
    return OpenedDevice(
      source: TransportSource(
        name: name, policy: policy, trace: trace, triesEveryRate: isSurvey, obituary: { device.obituary }
      ) {
        try await UnixSocketTransport.connect(path: try device.socketPath(), patience: .seconds(5))
      }, reference: .socket(path: try device.socketPath()))
  }
}
