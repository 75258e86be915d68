import GraphIR

extension TFLiteImporter {
  /// The mean over height and width, whether the output keeps them as extents of 1 or not.
  mutating func importMean(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let shape = try map(x, at: site)
    let axes = try int32Constant(1, of: site)
    guard Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [1, 2] else {
      throw ImportError.unsupported(
        site.description, found: "a mean over the dimensions \(axes)", expected: "height and width (1 and 2)",
        advice: "use global average pooling")
    }
    guard [[1, shape[3]], [1, 1, 1, shape[3]]].contains(result[y].shape) else {
      throw ImportError.damaged(
        site.description, found: "output \(result[y].shape)", expected: "one mean for each of \(shape[3]) channels")
    }
    try expectFactor(scale(of: x) / scale(of: y), below: 0x1p16, of: "one input code in output codes", at: site)
    append(.mean, [x], y)
  }

  mutating func importPad(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let (inner, outer) = (try map(x, at: site), try map(y, at: site))
    let amounts = try int32Constant(1, of: site)
    guard amounts.count == 8, amounts.allSatisfy({ (0...1 << 12).contains($0) }) else {
      throw ImportError.damaged(
        site.description, found: "the paddings \(amounts)", expected: "eight numbers from 0 to 4096")
    }
    let before = (0..<4).map { amounts[2 * $0] }
    let after = (0..<4).map { amounts[2 * $0 + 1] }
    let padded: [Int] = (0..<4).map { axis in before[axis] + inner[axis] + after[axis] }
    guard outer == padded else {
      throw ImportError.damaged(site.description, found: "output \(outer)", expected: "\(padded)")
    }
    try expectSameQuantization(x, y, at: site)
    append(.pad(before: before), [x], y)
  }

  /// The new shape is the output's own; the shape operand is not looked at.
  mutating func importReshape(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    guard result[x].elementCount == result[y].elementCount else {
      throw ImportError.damaged(
        site.description, found: "\(result[x].shape) reshaped to \(result[y].shape)", expected: "as many elements")
    }
    try expectSameQuantization(x, y, at: site)
    append(.reshape, [x], y)
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
