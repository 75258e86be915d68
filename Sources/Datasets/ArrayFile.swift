/// One array out of a file of whatever format: IDX, NPY, or an NPZ that holds just one; each of
/// them may be compressed with gzip.
enum ArrayFile {
  static func read(_ path: String) throws -> ArrayContent {
    let bytes = try FileBytes.read(path)
    if NPYFile.begins(bytes) { return try NPYFile.read(bytes, place: path) }
    if IDXFile.begins(bytes) { return try IDXFile.read(bytes, place: path) }
    guard NPZFile.begins(bytes) else {
      throw DatasetError(
        .unsupported, path, found: "an unknown beginning", expected: "an IDX, NPY or NPZ file")
    }
    let archive = try NPZFile(bytes, place: path)
    guard archive.names.count == 1, let name = archive.names.first else {
      throw DatasetError(
        .ambiguous, path, found: "the arrays \(archive.names.joined(separator: ", "))",
        expected: "a single one: name two of this file as in \(path):x,y")
    }
    return try archive.array(name)
  }
}
