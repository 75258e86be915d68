extension Dataset {
  /// Joins an array of samples, whose first dimension counts them, with an array of labels.
  init(name: String, samples: ArrayContent, labels: ArrayContent) throws {
    guard let sampleCount = samples.shape.first else {
      throw DatasetError(
        .mismatch, "\(name): samples", found: "a single number",
        expected: "an array whose first dimension counts the samples")
    }
    let classes = try Self.labels(from: labels, name: name)
    guard classes.count == sampleCount else {
      throw DatasetError(
        .mismatch, name, found: "\(classes.count) labels for \(sampleCount) samples",
        expected: "one label for each sample")
    }
    let shape = Array(samples.shape.dropFirst())
    switch samples.values {
    case .unsigned(let values):
      try self.init(name: name, sampleShape: shape, unsigned: values, labels: classes)
    case .signed(let values):
      try self.init(name: name, sampleShape: shape, signed: values, labels: classes)
    case .integers(let values):
      let reals = try values.map { try Self.real($0, name: name) }
      try self.init(name: name, sampleShape: shape, real: reals, labels: classes)
    case .real(let values):
      try self.init(name: name, sampleShape: shape, real: values, labels: classes)
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

  /// Labels: one integer a sample, in a vector or a column.
  private static func labels(from content: ArrayContent, name: String) throws -> [Int] {
    guard let count = content.shape.first, content.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw DatasetError(
        .mismatch, "\(name): labels", found: "an array of shape \(content.shape)",
        expected: "one number for each sample (one-hot rows become numbers by numpy's argmax)")
    }
    precondition(count == content.values.count, "\(count) labels, \(content.values.count) values")
    switch content.values {
    case .unsigned(let values): return values.map(Int.init)
    case .signed(let values): return values.map(Int.init)
    case .integers(let values): return values.map(Int.init)
    case .real(let values):
      return try values.enumerated().map { index, value in
        guard let label = Int(exactly: value) else {
          throw DatasetError(
            .mismatch, "\(name): label \(index)", found: "\(value)", expected: "an integer")
        }
        return label
      }
    }
  }
}
