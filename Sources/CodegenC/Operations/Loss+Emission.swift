import GraphIR

/// Losses. The error pointer is null in evaluation.
extension EmissionContext {
  mutating func crossEntropy(
    _ operation: Operation, _ name: String, _ scales: [Double], _ position: Int, isSoft: Bool
  ) -> EmittedCall {
    include("softmax_cross_entropy.h")
    let (logits, error) = (operation.inputs[0], operation.outputs[0])
    guard let range = graph[error].errorRange else { preconditionFailure("'\(graph[error].name)' has no range") }
    let channels = graph[logits].shape.last ?? 1
    let (multiplier, shift) = factors(crossEntropyFactors(logitScales: scales, count: channels), name)
    let shape = constant("struct cross_entropy_shape", name + "_shape", [".channels = \(channels)"])
    let stage = constant(
      "struct cross_entropy_stage", name + "_stage",
      [".multiplier = \(multiplier)", ".shift = \(shift)", ".bits = \(graph.errorRanges[range].bits)"])
    return EmittedCall(
      isSoft ? "soft_cross_entropy_s32" : "softmax_cross_entropy_s32",
      [
        "&" + shape, "&" + stage, data(logits), isSoft ? "target.values" : "(int32_t)target.label",
        scratch("uint32_t", at: position), "training ? \(data(error)) : 0",
      ], isReturned: true)
  }

  mutating func squaredError(_ operation: Operation, _ name: String, _ scales: SquaredErrorScales) -> EmittedCall {
    include("mean_squared_error.h")
    let (outputs, error) = (operation.inputs[0], operation.outputs[0])
    let (count, channels) = (graph[outputs].elementCount, graph[outputs].shape.last ?? 1)
    let constants = SquaredErrorConstants(scales, channels: channels, count: count)
    let (multiplier, shift) = factors(constants.outputs, name)
    let shape = constant(
      "struct squared_error_shape", name + "_shape", [".count = \(count)", ".channels = \(channels)"])
    let stage = constant(
      "struct squared_error_stage", name + "_stage",
      [
        ".multiplier = \(multiplier)", ".shift = \(shift)",
        ".error_multiplier = \(constants.error.multiplier)", ".error_shift = \(constants.error.shift)",
        ".loss_multiplier = \(constants.loss.multiplier)", ".loss_shift = \(constants.loss.shift)",
        ".limit = \(limit(error))",
      ])
    let (function, target) = squaredErrorTarget(operation, name, scales)
    return EmittedCall(
      function, ["&" + shape, "&" + stage, data(outputs)] + target + [range(error), "training ? \(data(error)) : 0"],
      isReturned: true)
  }

  /// The kernel, and the arguments by which it gets its target.
  private mutating func squaredErrorTarget(
    _ operation: Operation, _ name: String, _ scales: SquaredErrorScales
  ) -> (function: String, arguments: [String]) {
    guard operation.inputs.count == 2 else {
      return ("mean_squared_error_s32", ["\(scales.codeZeroPoint)", "target.values"])
    }
    let sample = operation.inputs[1]
    let factor = SquaredErrorConstants.sample(inputScale: scale(sample), codeScale: scales.codeScale)
    let stage = constant(
      "struct sample_stage", name + "_sample",
      [
        ".zero_point = \(zeroPoint(sample))", ".multiplier = \(factor.multiplier)", ".shift = \(factor.shift)",
      ])
    return ("reconstruction_error_s32", ["&" + stage, data(sample)])
  }

  mutating func centerCodes(_ operation: Operation) -> EmittedCall {
    include("center_codes.h")
    let (codes, centered) = (operation.inputs[0], operation.outputs[0])
    return EmittedCall(
      "center_codes_s8_s32",
      ["\(graph[codes].elementCount)", "\(zeroPoint(codes))", data(codes), data(centered)])
  }

  private mutating func factors(_ factors: [FixedPointFactor], _ name: String) -> (multiplier: String, shift: String) {
    (
      array("int32_t", name + "_multiplier", factors.map(\.multiplier)),
      array("int16_t", name + "_shift", factors.map(\.shift))
    )
  }
}
