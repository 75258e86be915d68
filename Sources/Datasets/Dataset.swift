/// Samples in memory, with what they are to be taught.
///
/// Invariant: there are `count` targets, and `count` times `valuesPerSample` values.
package struct Dataset: Sendable {
  package enum ElementType: String, Decodable, Sendable {
    /// 0…255, such as pixels.
    case unsigned = "u8"
    /// Codes that were quantized already.
    case signed = "i8"
    /// Finite real values.
    case real = "f32"
  }

  private enum Storage: Sendable {
    case unsigned([UInt8])
    case signed([Int8])
    case real([Float])
  }

  /// Where it came from.
  package let name: String
  /// Shape of one sample, such as `[28, 28]`; `[]` for single numbers.
  package let sampleShape: [Int]
  /// Number of samples.
  package let count: Int
  /// Product of `sampleShape`.
  package let valuesPerSample: Int
  private let storage: Storage
  private let targets: Targets

  package init(name: String, sampleShape: [Int], unsigned values: [UInt8], targets: Targets) throws {
    try self.init(
      name: name, sampleShape: sampleShape, storage: .unsigned(values), values.count, targets)
  }

  package init(name: String, sampleShape: [Int], signed values: [Int8], targets: Targets) throws {
    try self.init(
      name: name, sampleShape: sampleShape, storage: .signed(values), values.count, targets)
  }

  /// - Throws: `.mismatch` when counts disagree, `.damaged` when a value is not finite.
  package init(name: String, sampleShape: [Int], real values: [Float], targets: Targets) throws {
    try self.init(
      name: name, sampleShape: sampleShape, storage: .real(values), values.count, targets)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        .damaged, "\(name): sample \(index / valuesPerSample), value \(index % valuesPerSample)",
        found: "\(values[index])", expected: "a finite number")
    }
  }

  private init(
    name: String, sampleShape: [Int], storage: Storage, _ valueCount: Int, _ targets: Targets
  ) throws {
    self.name = name
    self.sampleShape = sampleShape
    self.storage = storage
    self.targets = targets
    count = targets.count
    valuesPerSample = sampleShape.reduce(1, *)
    guard count > 0, valuesPerSample > 0 else {
      throw DatasetError(
        .mismatch, name, found: "\(count) samples of shape \(sampleShape)",
        expected: "at least one value")
    }
    guard valueCount == count * valuesPerSample else {
      throw DatasetError(
        .mismatch, name, found: "\(count) labels for \(valueCount / valuesPerSample) samples",
        expected: "one label for each sample")
    }
  }
}

extension Dataset {
  package var elementType: ElementType {
    switch storage {
    case .unsigned: .unsigned
    case .signed: .signed
    case .real: .real
    }
  }

  /// The class of sample `index`, as the file has it: `validate(classCount:)` tells whether it
  /// fits. 0 where the data has no classes.
  package func label(at index: Int) -> Int {
    if case .classes(let classes) = targets { classes[index] } else { 0 }
  }

  /// The numbers that sample `index` is to be taught; a class counts as its number. Empty where the data has none.
  package func target(at index: Int) -> [Float] {
    switch targets {
    case .nothing: []
    case .classes(let classes): [Float(classes[index])]
    case .rows(let values, let width): Array(values[index * width..<(index + 1) * width])
    }
  }

  /// The values of sample `index` in row-major order.
  package func values(at index: Int) -> SampleValues {
    precondition(0..<count ~= index, "sample \(index) of \(count)")
    let range = index * valuesPerSample..<(index + 1) * valuesPerSample
    return switch storage {
    case .unsigned(let values): .unsigned(values[range])
    case .signed(let values): .signed(values[range])
    case .real(let values): .real(values[range])
    }
  }

  /// - Throws: `.mismatch`, naming the first sample whose label is not in `0..<classCount`, or for data without classes.
  package func validate(classCount: Int) throws {
    guard case .classes(let classes) = targets else {
      throw DatasetError(
        .mismatch, name, found: "\(describedTargets), no classes",
        expected: "one integer for each sample (or --loss soft-cross-entropy, mse or reconstruction)")
    }
    guard let index = classes.firstIndex(where: { !(0..<classCount ~= $0) }) else { return }
    throw DatasetError(
      .mismatch, "\(name): sample \(index)", found: "label \(classes[index])",
      expected: "0 to \(classCount - 1): the model tells \(classCount) classes apart")
  }

  /// - Throws: `.mismatch` when a sample has another number of target values than the model's outputs.
  package func validate(targetCount: Int) throws {
    guard target(at: 0).count != targetCount else { return }
    throw DatasetError(
      .mismatch, name, found: describedTargets,
      expected: "\(targetCount) numbers for each sample, one for each of the model's outputs")
  }

  private var describedTargets: String {
    switch targets {
    case .nothing: "samples alone"
    case .classes: "a number for each sample"
    case .rows(_, let width): "\(width) numbers for each sample"
    }
  }

  /// - Parameter inputBytes: bytes of the model's int8 input, that is the number of its values.
  /// - Throws: `.mismatch` when a sample has another number of values.
  package func validate(inputBytes: Int) throws {
    guard valuesPerSample != inputBytes else { return }
    throw DatasetError(
      .mismatch, name, found: "samples of shape \(sampleShape) (\(valuesPerSample) values)",
      expected: "\(inputBytes) values, the size of the model's input")
  }
}
