import GraphIR

/// C identifiers for the tensors and operations of a graph: short, unique, stable.
struct CNames {
  let tensors: [String]
  let operations: [String]

  init(_ graph: Graph) {
    tensors = Self.unique(graph.tensors.map(\.name))
    operations = Self.unique(graph.operations.map(\.name))
  }

  /// Constants stand at file scope, where a bare name could be a function's or a parameter's.
  func constant(_ id: TensorID, _ layout: ConstantLayout) -> String {
    switch layout {
    case .plain: "frozen_" + tensors[id.index]
    case .forwardPanels: "panels_" + tensors[id.index]
    case .backwardPanels: "backward_panels_" + tensors[id.index]
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    var counts: [String: Int] = [:]
    var taken: Set<String> = []
    return names.map { name in
      let base = identifier(name)
      var candidate = base
      while !taken.insert(candidate).inserted {
        counts[base, default: 1] += 1
        candidate = "\(base)_\(counts[base, default: 1])"
      }
      return candidate
    }
  }

  /// The first of TFLite's joined names, its last path components, as far as 40 characters go.
  static func identifier(_ name: String) -> String {
    let (prefix, rest) = name.hasPrefix("d_") ? ("d_", name.dropFirst(2)) : ("", name[...])
    let parts = rest.split(separator: "@", maxSplits: 1)
    let words = parts.map { part in
      let suffixes = part.split(separator: "/").reversed().prefix(while: isOurSuffix).reversed()
      let own = part.split(separator: ";").first?.split(separator: "/") ?? []
      let components = Array(own.reversed().drop(while: isOurSuffix).reversed().suffix(2))
      return (components + Array(suffixes)).joined(separator: "_")
    }
    var result = prefix
    for character in words.joined(separator: "_from_").unicodeScalars {
      let isWord = character.isASCII && (character.properties.isAlphabetic || ("0"..."9").contains(character))
      if isWord { result.unicodeScalars.append(character) } else if !result.hasSuffix("_") { result += "_" }
    }
    result = String(result.prefix(56))
    while result.hasSuffix("_") { result.removeLast() }
    result = result.lowercased()  // macros are in capitals
    if result.isEmpty || result.first?.isNumber == true { result = "t_" + result }
    return keywords.contains(result) ? result + "_" : result
  }

  /// Suffixes that passes of ours append and that tell tensors of one layer apart.
  private static func isOurSuffix(_ word: Substring) -> Bool {
    ["frozen", "residual", "velocity", "mask", "masked", "accumulators", "index", "sum", "ordered", "trained"].contains(word)
  }

  private static let keywords: Set<String> = [
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    "bool", "true", "false",
  ]
}
