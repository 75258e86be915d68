/// How files and arrays are usually named.
enum NamePair {
  /// The names that an array of labels may have if `samples` is the name of an array of samples.
  ///
  /// Without a split: x and y, images and labels, data and labels or target, arr_0 and arr_1. With
  /// one, the same with the split's name or its first two letters at the end: x_train, xtr.
  static func partners(
    ofArray samples: String, split: DataSpecification.Split?
  ) -> [String] {
    let base: Substring
    let suffix: String
    if let split {
      let endings =
        ["_\(split.rawValue)", split.rawValue, "_\(split.rawValue.prefix(2))"]
        + ["\(split.rawValue.prefix(2))"]
      guard let ending = endings.first(where: samples.hasSuffix) else { return [] }
      (base, suffix) = (samples.dropLast(ending.count), ending)
    } else {
      (base, suffix) = (samples[...], "")
    }
    return (labelNames[String(base)] ?? []).map { $0 + suffix }
  }

  private static let labelNames: [String: [String]] = [
    "x": ["y"], "X": ["y", "Y"], "images": ["labels"], "data": ["labels", "target"],
    "samples": ["labels"], "arr_0": ["arr_1"],
  ]

  /// Whether the file's name says that it belongs to the split; MNIST calls its test set t10k.
  static func file(_ name: String, isOf split: DataSpecification.Split) -> Bool {
    let name = name.lowercased()
    switch split {
    case .train: return name.contains("train")
    case .test: return name.contains("test") || name.hasPrefix("t10k")
    }
  }

  static func fileHoldsSamples(_ name: String) -> Bool {
    isArrayFile(name)
      && (["images", "imgs", "samples"].contains(where: name.contains) || stem(name, is: "x"))
  }

  static func fileHoldsLabels(_ name: String) -> Bool {
    isArrayFile(name) && (name.contains("labels") || stem(name, is: "y"))
  }

  /// Whether a part of the name between `_`, `-` and `.` is the given word: `x_train.npy`.
  private static func stem(_ name: String, is word: String) -> Bool {
    name.lowercased().split { "_-.".contains($0) }.contains { $0 == word }
  }

  private static func isArrayFile(_ name: String) -> Bool {
    let name = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return [".npy", ".npz", ".idx", "-ubyte", ".ubyte"].contains { name.hasSuffix($0) }
  }
}
