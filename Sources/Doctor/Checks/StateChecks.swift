extension Doctor {
  /// A run of MCUNet keeps some 3 MB a checkpoint; below this much SQLite soon fails.
  private static let enoughBytes = 64 << 20

  func stateFindings() -> [Finding] {
    guard case .answers(_, let directory) = daemon else { return stateFindings(stateDirectory, isOurs: true) }
    return stateFindings(directory, isOurs: false)
  }

  /// - Parameter isOurs: whether this user writes there, and not the daemon's.
  private func stateFindings(_ directory: String, isOurs: Bool) -> [Finding] {
    let existing = nearestExisting(directory)
    if let system = machine.fileSystem(of: existing) {
      if system.isReadOnly {
        return [
          Finding(
            .wrong, .stateDirectory, directory, "found a file system that is read-only, expected one to keep runs on",
            fix: "export FIELDTUNE_STATE=/path/on/another/disk")
        ]
      }
      if system.freeBytes < Self.enoughBytes {
        return [
          Finding(
            .wrong, .diskSpace, directory,
            "found \(system.freeBytes >> 20) MiB free, expected at least \(Self.enoughBytes >> 20) MiB for runs and checkpoints",
            fix: "du -xh \(existing) | sort -h | tail")
        ]
      }
    }
    if isOurs, let status = machine.status(of: existing), !mayWrite(status) {
      return [
        Finding(
          .wrong, .stateDirectory, directory,
          "found \(existing) of another user (mode \(String(status.mode, radix: 8))), expected to be able to write there",
          fix: "sudo chown \(machine.user.name) \(existing)")
      ]
    }
    return [Finding(.fine, .stateDirectory, directory, "has room for runs")]
  }

  /// The folder itself, or the one above it in which it would be made.
  private func nearestExisting(_ path: String) -> String {
    var parts = path.split(separator: "/")
    while !parts.isEmpty {
      let folder = "/" + parts.joined(separator: "/")
      if machine.status(of: folder) != nil { return folder }
      parts.removeLast()
    }
    return "/"
  }

  private func mayWrite(_ folder: FileStatus) -> Bool {
    if machine.user.id == 0 { return true }
    if machine.user.id == folder.userID { return folder.mode & 0o300 == 0o300 }
    if machine.user.groupIDs.contains(folder.groupID) { return folder.mode & 0o030 == 0o030 }
    return folder.mode & 0o003 == 0o003
  }
}
