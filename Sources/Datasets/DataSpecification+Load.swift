extension DataSpecification {
  /// Reads the data into memory. Files compressed with gzip are decompressed.
  ///
  /// - Throws: `DatasetError`; `.unsupported` for `live`, which is no file.
  package func load() throws -> Dataset {
    switch self {
    case .pair(let samples, let labels):
      return try Dataset(
        name: samples, samples: ArrayFile.read(samples), labels: ArrayFile.read(labels))
    case .archive(let path, let samples, let labels):
      return try Self.load(try Self.openArchive(path), samples: samples, labels: labels)
    case .wholeArchive(let path):
      return try Self.load(try Self.openArchive(path), split: nil)
    case .table(let path, let label):
      return try CSVFile.read(try FileBytes.read(path), columns: .label(label), place: path)
    case .regressionTable(let path, let targets):
      return try CSVFile.read(try FileBytes.read(path), columns: .targets(targets), place: path)
    case .samples(let path):
      return try Dataset(name: path, samples: ArrayFile.read(path), labels: nil)
    case .folder(let path, let split):
      return try Self.loadFolder(path, split: split)
    case .live(let socketPath):
      throw DatasetError(
        .unsupported, "live:\(socketPath)", found: "a live source", expected: "files")
    }
  }

  private static func openArchive(_ path: String) throws -> NPZFile {
    try NPZFile(try FileBytes.read(path), place: path)
  }

  private static func load(_ archive: NPZFile, samples: String, labels: String) throws -> Dataset {
    try Dataset(
      name: archive.place, samples: archive.array(samples), labels: archive.array(labels))
  }

  /// Loads the one pair of arrays whose names go together, such as `x` and `y`, or with a split
  /// `x_train` and `y_train`.
  private static func load(_ archive: NPZFile, split: Split?) throws -> Dataset {
    let pairs = archive.names.flatMap { name in
      NamePair.partners(ofArray: name, split: split)
        .filter(archive.names.contains)
        .map { (samples: name, labels: $0) }
    }
    guard pairs.count == 1, let pair = pairs.first else {
      throw DatasetError(
        .ambiguous, archive.place, found: "the arrays \(archive.names.joined(separator: ", "))",
        expected: "one pair such as x and y: name two as in \(archive.place):x,y")
    }
    return try load(archive, samples: pair.samples, labels: pair.labels)
  }
}

extension DataSpecification {
  /// Finds a split in `FOLDER:split` that is none of the known.
  private static func checkSplit(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":"), FileBytes.isFolder(String(text[..<colon])) else { return }
    throw DatasetError(
      .ambiguous, String(text[..<colon]), found: "no split '\(text[text.index(after: colon)...])'",
      expected: "train or test")
  }

  private static func loadFolder(_ path: String, split: Split?) throws -> Dataset {
    guard FileBytes.isFolder(path) else {
      try checkSplit(path)
      guard FileBytes.exists(path) else { throw FileBytes.missing(path) }
      throw DatasetError(
        .ambiguous, path, found: "no folder",
        expected: "a folder, or one of the other forms: IMAGES,LABELS, FILE.npz or "
          + "FILE.csv:label=COLUMN")
    }
    let names = try FileBytes.names(inFolder: path).filter { !$0.hasPrefix(".") }
    let candidates = split.map { split in names.filter { NamePair.file($0, isOf: split) } } ?? names
    let samples = candidates.filter(NamePair.fileHoldsSamples)
    let labels = candidates.filter(NamePair.fileHoldsLabels)
    if samples.count == 1, labels.count == 1 {
      return try Self.pair(samples: "\(path)/\(samples[0])", labels: "\(path)/\(labels[0])").load()
    }
    let archives = names.filter { $0.hasSuffix(".npz") }
    let ofSplit = archives.filter(candidates.contains)
    if samples.isEmpty, labels.isEmpty {
      if split != nil, ofSplit.count == 1 {
        // The file's name may tell the split, or the names of its arrays, or both.
        let archive = try openArchive("\(path)/\(ofSplit[0])")
        let tells = archive.names.contains { !NamePair.partners(ofArray: $0, split: split).isEmpty }
        return try load(archive, split: tells ? split : nil)
      }
      if archives.count == 1 {
        return try load(openArchive("\(path)/\(archives[0])"), split: split)
      }
    }
    throw DatasetError(
      .ambiguous, split.map { "\(path):\($0.rawValue)" } ?? path,
      found: "the files \(names.prefix(12).joined(separator: ", "))",
      expected: "one of samples (named …images… or …imgs…) and one of labels (…labels…)"
        + (split == nil ? ", or a split: \(path):train or \(path):test" : " for this split"))
  }
}
