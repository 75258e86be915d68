import Foundation

/// How two sets of gradients agree, tensor by tensor, over samples.
struct GradientTable: CustomStringConvertible {
  struct Row {
    let name: String
    /// Smallest cosine of any sample.
    var cosine = 1.0
    /// Smallest and largest |found| / |expected|.
    var shortest = Double.infinity
    var longest = 0.0
    /// Whether any sample gave a gradient.
    var isReached = false
    /// Elements left out.
    var excluded = 0
    var elements = 0
  }

  let model: String
  /// What computed the gradients that are compared with PyTorch's.
  let format: String
  private(set) var rows: [Row]

  init(model: String, format: String, names: [String]) {
    self.model = model
    self.format = format
    rows = names.map { Row(name: $0) }
  }

  /// Adds a sample. Elements that are nil are left out.
  mutating func add(_ found: [Double?], against expected: ArraySlice<Double>, to row: Int) {
    var (product, ours, theirs) = (0.0, 0.0, 0.0)
    for case (let value?, let other) in zip(found, expected) {
      product += value * other
      ours += value * value
      theirs += other * other
    }
    rows[row].elements += found.count
    rows[row].excluded += found.count { $0 == nil }
    guard ours > 0 || theirs > 0 else { return }
    rows[row].isReached = true
    let lengths = (ours * theirs).squareRoot()
    rows[row].cosine = min(rows[row].cosine, lengths > 0 ? product / lengths : 0)
    rows[row].shortest = min(rows[row].shortest, (ours / theirs).squareRoot())
    rows[row].longest = max(rows[row].longest, (ours / theirs).squareRoot())
  }

  var description: String {
    let lines = rows.map { row in
      let name = row.name.suffix(40).padding(toLength: 40, withPad: " ", startingAt: 0)
      return name
        + String(
          format: "  1 - cosine %.1e  length %.4f...%.4f  excluded %d of %d", 1 - row.cosine, row.shortest,
          row.longest, row.excluded, row.elements)
    }
    return (["\(model), \(format): gradients against PyTorch, the worst sample of each tensor"] + lines)
      .joined(separator: "\n")
  }

  /// Cosines of the tensors that a gradient reached, smallest first.
  var cosines: [Double] { rows.filter(\.isReached).map(\.cosine).sorted() }
}
