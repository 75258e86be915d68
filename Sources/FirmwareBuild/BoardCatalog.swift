import Foundation

/// The boards of a firmware folder.
package struct BoardCatalog: Sendable {
  /// Sorted by name.
  package let boards: [Board]

  /// Reads every `boards/*/board.json`.
  package init(root: FirmwareRoot) throws(FirmwareBuildError) {
    let folder = root.boards
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadableFile(path: folder.path, reason: error.localizedDescription)
    }
    var boards: [Board] = []
    for name in names.sorted() {
      let file = folder.appendingPathComponent(name).appendingPathComponent("board.json")
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      boards.append(try Self.read(file, folder: name))
    }
    self.boards = boards
  }

  /// The board of that name.
  package func board(named name: String) throws(FirmwareBuildError) -> Board {
    guard let board = boards.first(where: { $0.name == name }) else {
      throw .unknownBoard(name: name, known: boards.map(\.name))
    }
    return board
  }

  /// The machine of QEMU that stands in for `board`: itself where it runs in QEMU, otherwise the one
  /// with its core and as much memory.
  package func qemuBoard(for board: Board) throws(FirmwareBuildError) -> Board {
    guard let standIn = standIn(for: board) else { throw .noStandIn(board: board.name) }
    return standIn
  }

  /// The same; nil where no machine of QEMU fits.
  package func standIn(for board: Board) -> Board? {
    if board.runs == .qemu { return board }
    return boards.first { $0.runs == .qemu && $0.core == board.core && $0.ramBytes >= board.ramBytes }
  }

  /// `board`, if the emulator runs its firmware.
  package func emulatedBoard(_ board: Board) throws(FirmwareBuildError) -> Board {
    guard board.isEmulated else {
      throw .notEmulated(board: board.name, emulated: boards.filter(\.isEmulated).map(\.name))
    }
    return board
  }

  private static func read(_ file: URL, folder: String) throws(FirmwareBuildError) -> Board {
    let board: Board
    do {
      board = try JSONDecoder().decode(Board.self, from: Data(contentsOf: file))
    } catch {
      throw .unreadableFile(path: file.path, reason: "\(error)")
    }
    guard board.name == folder else {
      throw .unreadableFile(
        path: file.path, reason: "found the name '\(board.name)', expected the folder's, '\(folder)'")
    }
    return board
  }
}
