import Foundation

/// The checked-out project, as the tidy tests read it.
struct Repository {
  let root: URL

  /// Found from this source file's own place.
  init() {
    root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  /// Paths, relative to the root, of the files below `folder` that have one of the endings.
  func files(below folder: String, endings: [String]) -> [String] {
    let base = root.appending(path: folder).path
    guard let walk = FileManager.default.enumerator(atPath: base) else { return [] }
    return walk.compactMap { $0 as? String }
      .filter { path in endings.contains { path.hasSuffix("." + $0) } && !path.contains(".build") }
      .map { folder + "/" + $0 }
      .sorted()
  }

  func text(of path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Names of the folders directly below `folder`.
  func folders(in folder: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
    return all.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: root.appending(path: "\(folder)/\(name)").path, isDirectory: &isFolder)
        && isFolder.boolValue
    }.sorted()
  }
}
