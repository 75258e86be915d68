import GraphIR

/// Sums, products, and functions of each element.
extension TFLiteImporter {
  /// `AddOptions` and `SubOptions`: fused_activation_function.
  mutating func importSum(_ site: Site, _ kind: (Clamp) -> OperationKind) throws {
    let (a, b, y) = try operands(of: site)
    // TFLite requires it: the sum, in units of 2^-20 of twice the larger input scale, is scaled down.
    let factor = 2 * max(scale(of: a), scale(of: b)) / (0x1p20 * scale(of: y))
    try expectFactor(factor, below: 1, of: "the output's factor", at: site)
    append(kind(try clamp(0, of: options(of: site), output: y, at: site)), [a, b], y)
  }

  /// `MulOptions`: fused_activation_function.
  mutating func importMul(_ site: Site) throws {
    let (a, b, y) = try operands(of: site)
    try expectFactor(
      scale(of: a) * scale(of: b) / scale(of: y), below: 0x1p14, of: "one unit of the product in output codes", at: site)
    append(.multiply(try clamp(0, of: options(of: site), output: y, at: site)), [a, b], y)
  }

  /// Two operands, one of which may be a constant, and their result.
  private mutating func operands(of site: Site) throws -> (a: TensorID, b: TensorID, y: TensorID) {
    let (a, b) = (try inputOrConstant(0, of: site), try inputOrConstant(1, of: site))
    let y = try output(of: site)
    guard !result[a].isConstant || !result[b].isConstant else {
      throw ImportError.unsupported(
        site.description, found: "two constants", expected: "at least one computed tensor",
        advice: "convert the model with a current converter, which folds them")
    }
    guard Broadcast(result[a].shape, result[b].shape, output: result[y].shape) != nil else {
      throw ImportError.unsupported(
        site.description, found: "shapes \(result[a].shape) and \(result[b].shape) for \(result[y].shape)",
        expected: "shapes that are repeated to it in at most \(Broadcast.rank) runs of dimensions",
        advice: "bring both inputs to one shape")
    }
    return (a, b, y)
  }

  // MARK: Functions of each element

  mutating func importRelu(_ site: Site, _ activation: FusedActivation) throws {
    let (x, y) = try pair(of: site)
    try expectFactor(scale(of: x) / scale(of: y), below: 0x1p16, of: "one input code in output codes", at: site)
    guard let format = result[y].quantization else { preconditionFailure("\(site.description) has no output format") }
    append(.lookup(.clamp(activation.clamp(format))), [x], y)
  }

  /// `LeakyReluOptions`: alpha.
  mutating func importLeakyRelu(_ site: Site) throws {
    let (x, y) = try pair(of: site)
    let alpha = try options(of: site).float(0)
    guard alpha.isFinite, alpha >= 0 else {
      throw ImportError.unsupported(
        site.description, found: "alpha \(alpha)", expected: "a number from 0 on", advice: "use a positive slope")
    }
    let factor = scale(of: x) * Double(max(alpha, 1)) / scale(of: y)
    try expectFactor(factor, below: 0x1p16, of: "one input code in output codes", at: site)
    append(.lookup(.leakyRelu(alpha: alpha)), [x], y)
  }

  mutating func importHardSwish(_ site: Site) throws {
    let (x, y) = try pair(of: site)
    // TFLite requires it: its 16-bit product is only ever shifted down.
    try expectFactor(scale(of: x) / scale(of: y), below: 128, of: "one input code in output codes", at: site)
    append(.lookup(.hardSwish), [x], y)
  }

  mutating func importLogistic(_ site: Site) throws {
    let (x, y) = try pair(of: site)
    let expected = Quantization(scales: [1 / 256], zeroPoint: -128)
    guard result[y].quantization == expected else {
      throw ImportError.unsupported(
        site.description, found: "output scale \(scale(of: y))", expected: "scale 1/256 and zero point -128",
        advice: "convert the model with a current converter")
    }
    append(.lookup(.logistic), [x], y)
  }

  mutating func importTanh(_ site: Site) throws {
    let (x, y) = try pair(of: site)
    append(.lookup(.tanh), [x], y)
  }

  private mutating func pair(of site: Site) throws -> (x: TensorID, y: TensorID) {
    let x = try input(0, of: site)
    let y = try output(of: site)
    guard result[x].shape == result[y].shape else {
      throw ImportError.damaged(
        site.description, found: "\(result[x].shape) in and \(result[y].shape) out", expected: "one shape")
    }
    return (x, y)
  }
}
