extension Dataset {
  /// Joins an array of samples, whose first dimension counts them, with an array of what they are to be taught.
  init(name: String, samples: ArrayContent, labels: ArrayContent?) throws {
    guard let sampleCount = samples.shape.first else {
      throw DatasetError(
        .mismatch, "\(name): samples", found: "a single number",
        expected: "an array whose first dimension counts the samples")
    }
    let targets = try labels.map { try Self.targets(from: $0, name: name) } ?? .nothing(count: sampleCount)
    guard targets.count == sampleCount else {
      throw DatasetError(
        .mismatch, name, found: "\(targets.count) labels for \(sampleCount) samples",
        expected: "one label for each sample")
    }
    let shape = Array(samples.shape.dropFirst())
    switch samples.values {
    case .unsigned(let values):
      try self.init(name: name, sampleShape: shape, unsigned: values, targets: targets)
    case .signed(let values):
      try self.init(name: name, sampleShape: shape, signed: values, targets: targets)
    case .integers(let values):
      let reals = try values.map { try Self.real($0, name: name) }
      try self.init(name: name, sampleShape: shape, real: reals, targets: targets)
    case .real(let values):
      try self.init(name: name, sampleShape: shape, real: values, targets: targets)
    }
  }

  /// A sample's integer as a real value, which must be exact.
  private static func real(_ value: Int64, name: String) throws -> Float {
    guard let real = Float(exactly: value) else {
      throw DatasetError(
        .unsupported, "\(name): samples", found: "the value \(value)",
        expected: "integers of at most 24 bits")
    }
    return real
  }

  /// One integer a sample, in a vector or a column, is a class; real numbers, or several a sample, are numbers.
  private static func targets(from content: ArrayContent, name: String) throws -> Targets {
    guard let count = content.shape.first, count > 0, content.values.count >= count else {
      throw DatasetError(
        .mismatch, "\(name): labels", found: "an array of shape \(content.shape)",
        expected: "one label, or one row of numbers, for each sample")
    }
    let width = content.values.count / count
    if width == 1, let classes = Self.classes(content.values) { return .classes(classes) }
    let numbers = try Self.numbers(content.values, name: name)
    if let index = numbers.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        .damaged, "\(name): target \(index)", found: "\(numbers[index])", expected: "a finite number")
    }
    return .rows(numbers, width: width)
  }

  /// nil where a number is no integer.
  private static func classes(_ values: ArrayValues) -> [Int]? {
    switch values {
    case .unsigned(let values): return values.map(Int.init)
    case .signed(let values): return values.map(Int.init)
    case .integers(let values): return values.map(Int.init)
    case .real(let values):
      let classes = values.compactMap { Int(exactly: $0) }
      return classes.count == values.count ? classes : nil
    }
  }

  private static func numbers(_ values: ArrayValues, name: String) throws -> [Float] {
    switch values {
    case .unsigned(let values): values.map(Float.init)
    case .signed(let values): values.map(Float.init)
    case .integers(let values): try values.map { try real($0, name: name) }
    case .real(let values): values
    }
  }
}
