import ArtifactManifest
import FirmwareBuild
import Foundation

/// An artifact to train: the one of a folder, or a model compiled into a temporary folder that goes with it.
final class PreparedArtifact {
  let artifact: Artifact
  private let temporary: TemporaryFolder?

  init(_ path: String, device: DeviceName, settings: CompileSettings, note: (String) -> Void) throws {
    if Workspace.isFolder(path) {
      guard settings.given.isEmpty else {
        throw Failure(
          .usage, code: "usage",
          "\(path): found \(settings.given.joined(separator: ", ")) for an artifact that is compiled already; compile its model again with them, or leave them out")
      }
      artifact = try Workspace.openArtifact(path)
      temporary = nil
      return
    }
    let folder = TemporaryFolder()
    let board = try Self.board(for: device)
    note("compiling \(path) for \(board.name)")
    let compiled = try Workspace.compile(path, board: board, options: settings, isForced: false)
    try compiled.write(to: folder.url)
    note("loss \(compiled.manifest.loss.kind.rawValue)" + (compiled.lossReason.map { ": \($0)" } ?? ""))
    artifact = try Artifact(opening: folder.url)
    temporary = folder
  }

  /// The plan and its digests do not depend on the board: only memory does.
  private static func board(for device: DeviceName) throws -> Board {
    let catalog = try Workspace.catalog()
    switch device {
    case .loopback, .host: return try catalog.board(named: "host")
    case .qemu(let board?), .emulator(let board?): return try catalog.board(named: board)
    case .qemu(nil), .emulator(nil), .port, .socket, .usb: return try catalog.board(named: Workspace.defaultBoard)
    }
  }
}
