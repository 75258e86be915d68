/// A table of numbers with one column of labels.
enum CSVFile {
  /// Reads comma-separated text, or tab-separated where the file's name says `.tsv`.
  ///
  /// The first row is a header if any of its fields is no number. `label` is a name of the header
  /// or, failing that, the index of a column from 0. The other columns are the sample, in order.
  static func read(_ bytes: [UInt8], label: String, place: String) throws -> Dataset {
    var reader = CSVReader(bytes, separator: place.contains(".tsv") ? "\t" : ",", place: place)
    guard let first = try reader.nextRow() else {
      throw DatasetError(.damaged, place, found: "no rows", expected: "at least one")
    }
    let hasHeader = first.contains { Float($0) == nil }
    let labelColumn = try column(label, first: first, hasHeader: hasHeader, place: place)
    var values: [Float] = []
    var labels: [Int] = []
    var row = hasHeader ? try reader.nextRow() : first
    while let fields = row {
      guard fields.count == first.count else {
        throw DatasetError(
          .damaged, "\(place): line \(reader.line)", found: "\(fields.count) columns",
          expected: "\(first.count) as in the first row")
      }
      for (index, field) in fields.enumerated() {
        let cell = "\(place): line \(reader.line), column \(index)"
        if index == labelColumn {
          labels.append(try Self.label(field, place: cell))
        } else {
          values.append(try number(field, place: cell))
        }
      }
      row = try reader.nextRow()
    }
    return try Dataset(name: place, sampleShape: [first.count - 1], real: values, labels: labels)
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
