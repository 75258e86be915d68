/// Where data is, as written on the command line.
package enum DataSpecification: Hashable, Sendable {
  /// A word in the names of a folder's files, or of an archive's arrays.
  package enum Split: String, Sendable {
    case train, test
  }

  /// `IMAGES,LABELS`: two files of one array each (IDX, NPY or NPZ).
  case pair(samples: String, labels: String)
  /// `FILE.npz:x,y`: two arrays of an archive.
  case archive(path: String, samples: String, labels: String)
  /// `FILE.npy`: samples alone, for autoencoders.
  case samples(path: String)
  /// `FILE.npz`: an archive in which two arrays go together.
  case wholeArchive(path: String)
  /// `FILE.csv:target=COLUMN,…`: numbers to be given, one column for each of the model's outputs.
  case regressionTable(path: String, targets: [String])
  /// `FILE.csv:label=COLUMN`, where COLUMN is a name of the header or an index from 0.
  case table(path: String, label: String)
  /// `FOLDER`, `FOLDER:train` or `FOLDER:test`.
  case folder(path: String, split: Split?)
  /// `live:SOCKET`: samples that come in over a Unix socket, see `LiveSource`.
  case live(socketPath: String)

  /// Reads a specification. Looks at the text alone; whether the files are there is for `load`.
  ///
  /// - Throws: `DatasetError` of kind `.ambiguous`.
  package static func parse(_ text: String) throws -> DataSpecification {
    if text.hasPrefix("live:"), text.count > 5 {
      return .live(socketPath: String(text.dropFirst(5)))
    }
    if let (path, column) = split(text, at: ":label=") { return .table(path: path, label: column) }
    if let (path, columns) = split(text, at: ":target=") {
      let targets = columns.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard targets.allSatisfy({ !$0.isEmpty }) else { throw unclear(text) }
      return .regressionTable(path: path, targets: targets)
    }
    if let (path, names) = split(text, at: ".npz:") {
      return try archive(path: path + ".npz", names: names, text: text)
    }
    let files = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if files.count == 2, !files[0].isEmpty, !files[1].isEmpty {
      return .pair(samples: files[0], labels: files[1])
    }
    guard files.count == 1, !text.isEmpty else { throw unclear(text) }
    if isTable(text) {
      throw DatasetError(
        .ambiguous, text, found: "no label column",
        expected: "\(text):label=COLUMN or :target=COLUMN,…, names of the header or indices from 0")
    }
    if text.hasSuffix(".npy") || text.hasSuffix(".npy.gz") { return .samples(path: text) }
    if text.hasSuffix(".npz") { return .wholeArchive(path: text) }
    for split in [Split.train, .test] where text.hasSuffix(":\(split.rawValue)") {
      return .folder(path: String(text.dropLast(split.rawValue.count + 1)), split: split)
    }
    return .folder(path: text, split: nil)
  }

  private static func archive(
    path: String, names: String, text: String
  ) throws -> DataSpecification {
    let names = names.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count == 2, !names.contains(""), !names.contains(where: { $0.contains("/") }) else {
      throw unclear(text)
    }
    return .archive(path: path, samples: names[0], labels: names[1])
  }

  private static func isTable(_ text: String) -> Bool {
    [".csv", ".tsv", ".csv.gz", ".tsv.gz"].contains { text.hasSuffix($0) }
  }

  /// The parts before and after the last `separator`, neither of them empty.
  private static func split(_ text: String, at separator: String) -> (String, String)? {
    guard let range = text.ranges(of: separator).last, range.lowerBound > text.startIndex,
      range.upperBound < text.endIndex
    else { return nil }
    return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
  }

  private static func unclear(_ text: String) -> DatasetError {
    DatasetError(
      .ambiguous, "data '\(text)'", found: "none of the known forms",
      expected: "IMAGES,LABELS, FILE.npz, FILE.npz:x,y, FILE.csv:label=COLUMN, "
        + "FILE.csv:target=COLUMN,…, FILE.npy, FOLDER, "
        + "FOLDER:train, FOLDER:test or live:SOCKET")
  }
}
