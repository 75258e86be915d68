/// A table of numbers with one column of labels, or some of targets.
enum CSVFile {
  /// Which columns are no part of the sample.
  enum Columns {
    case label(String)
    case targets([String])

    var names: [String] {
      switch self {
      case .label(let name): [name]
      case .targets(let names): names
      }
    }
  }

  /// Reads comma-separated text, or tab-separated where the file's name says `.tsv`.
  ///
  /// The first row is a header if any of its fields is no number. A column is a name of the header
  /// or, failing that, an index from 0. The other columns are the sample, in order.
  static func read(_ bytes: [UInt8], columns: Columns, place: String) throws -> Dataset {
    var reader = CSVReader(bytes, separator: place.contains(".tsv") ? "\t" : ",", place: place)
    guard let first = try reader.nextRow() else {
      throw DatasetError(.damaged, place, found: "no rows", expected: "at least one")
    }
    let hasHeader = first.contains { Float($0) == nil }
    let taught = try columns.names.map { try column($0, first: first, hasHeader: hasHeader, place: place) }
    var values: [Float] = []
    var labels: [Int] = []
    var targets: [Float] = []
    var row = hasHeader ? try reader.nextRow() : first
    while let fields = row {
      guard fields.count == first.count else {
        throw DatasetError(
          .damaged, "\(place): line \(reader.line)", found: "\(fields.count) columns",
          expected: "\(first.count) as in the first row")
      }
      for (index, field) in fields.enumerated() {
        let cell = "\(place): line \(reader.line), column \(index)"
        if !taught.contains(index) { values.append(try number(field, place: cell)) }
      }
      for index in taught {
        let cell = "\(place): line \(reader.line), column \(index)"
        switch columns {
        case .label: labels.append(try Self.label(fields[index], place: cell))
        case .targets: targets.append(try number(fields[index], place: cell))
        }
      }
      row = try reader.nextRow()
    }
    let isLabelled = if case .label = columns { true } else { false }
    return try Dataset(
      name: place, sampleShape: [first.count - taught.count], real: values,
      targets: isLabelled ? .classes(labels) : .rows(targets, width: taught.count))
  }

  private static func column(
    _ label: String, first: [String], hasHeader: Bool, place: String
  ) throws -> Int {
    let named = hasHeader ? first.indices.filter { first[$0] == label } : []
    if named.count == 1, let index = named.first { return index }
    if named.isEmpty, let index = Int(label), first.indices ~= index { return index }
    let names = hasHeader ? " (\(first.prefix(8).joined(separator: ", ")))" : ""
    throw DatasetError(
      .ambiguous, place,
      found: named.isEmpty ? "no column '\(label)'" : "\(named.count) columns '\(label)'",
      expected: "label= with one name of the header\(names) or an index from 0 to "
        + "\(first.count - 1)")
  }

  private static func number(_ text: String, place: String) throws -> Float {
    guard let number = Float(text), number.isFinite else {
      throw DatasetError(.damaged, place, found: "'\(text)'", expected: "a finite number")
    }
    return number
  }

  /// An integer, also when written as `3.0`, as spreadsheets do.
  private static func label(_ text: String, place: String) throws -> Int {
    guard let label = Int(text) ?? Double(text).flatMap(Int.init(exactly:)) else {
      throw DatasetError(
        .mismatch, place, found: "label '\(text)'", expected: "an integer, counted from 0")
    }
    return label
  }
}
