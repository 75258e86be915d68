import GraphIR

extension TFLiteImporter {
  /// The mean over dimensions that lie side by side, whether the output keeps them as extents of 1 or not.
  mutating func importMean(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let shape = result[x].shape
    let axes = Set(try int32Constant(1, of: site).map { try dimension($0, of: shape.count, at: site) })
    guard let first = axes.min(), let last = axes.max(),
      (first...last).allSatisfy({ axes.contains($0) || shape[$0] == 1 })
    else {
      throw ImportError.unsupported(
        site.description, found: "a mean over the dimensions \(axes.sorted()) of \(shape)",
        expected: "dimensions that lie side by side, as height and width do",
        advice: "use global average pooling, or one mean after the other")
    }
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let dropped = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    guard [kept, dropped].contains(result[y].shape) else {
      throw ImportError.damaged(site.description, found: "output \(result[y].shape)", expected: "\(dropped) or \(kept)")
    }
    let count = axes.reduce(1) { $0 * shape[$1] }
    guard count <= 1 << 16 else {
      throw ImportError.unsupported(
        site.description, found: "a mean over \(count) elements", expected: "at most 65536",
        advice: "pool the map to a smaller one first")
    }
    try expectFactor(scale(of: x) / scale(of: y), below: 0x1p16, of: "one input code in output codes", at: site)
    append(.mean(dimensions: first..<last + 1), [x], y)
  }

  /// `SoftmaxOptions`: beta.
  mutating func importSoftmax(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let beta = try options(of: site).float(0)
    // From TFLite's fixed-point softmax: differences of codes are scaled up into Q5.26.
    let factor = Double(beta) * scale(of: x)
    guard beta > 0, factor > 0x1p-26, factor < 16 else {
      throw ImportError.damaged(
        site.description, found: "beta \(beta) with input scale \(scale(of: x))",
        expected: "a product between 2^-26 and 16")
    }
    let expected = Quantization(scales: [1 / 256], zeroPoint: -128)
    guard result[y].quantization == expected, result[x].shape == result[y].shape else {
      throw ImportError.unsupported(
        site.description, found: "output \(result[y].shape) with scale \(scale(of: y))",
        expected: "\(result[x].shape) with scale 1/256 and zero point -128",
        advice: "convert the model with a current converter")
    }
    append(.softmax(beta: beta), [x], y)
  }
}
