/// What can go wrong with the store of runs, each in one sentence.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The database cannot be opened or its folder cannot be made.
  case cannotOpen(path: String, reason: String)
  /// The disk, or the size the store was allowed, is used up.
  case full(path: String)
  /// The file is no database, a damaged one, or one of a newer version.
  case damaged(path: String, reason: String)
  /// Reading or writing failed otherwise.
  case failed(path: String, reason: String)
  /// No run has this id.
  case noSuchRun(id: Int64, path: String)

  package var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "\(path): cannot be opened: \(reason): set FIELDTUNE_STATE to a folder you may write to"
    case .full(let path):
      "\(path): no space left: free some space and resume the run; what was journalled is kept"
    case .damaged(let path, let reason):
      "\(path): cannot be read as a store of runs: \(reason): move it away to begin a new one"
    case .failed(let path, let reason):
      "\(path): input or output failed: \(reason)"
    case .noSuchRun(let id, let path):
      "\(path): found no run \(id), expected one that 'fieldtune runs' lists"
    }
  }
}
