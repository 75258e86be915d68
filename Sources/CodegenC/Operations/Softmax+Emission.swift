import GraphIR

extension EmissionContext {
  mutating func softmax(_ operation: Operation, _ name: String, _ beta: Float) -> EmittedCall {
    include("softmax.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let channels = graph[x].shape.last ?? 1
    let constants = SoftmaxConstants(beta: beta, inputScale: scale(x))
    let shape = constant(
      "struct softmax_shape", name + "_shape",
      [".rows = \(graph[x].elementCount / channels)", ".channels = \(channels)"])
    let stage = constant(
      "struct softmax_stage", name + "_stage",
      [
        ".multiplier = \(constants.multiplier.multiplier)", ".left_shift = \(constants.multiplier.leftShift)",
        ".difference_minimum = \(constants.differenceMinimum)",
      ])
    return EmittedCall("softmax_s8", ["&" + shape, "&" + stage, data(x), data(y)])
  }

  /// The error pointer is null in evaluation.
  mutating func softmaxCrossEntropy(
    _ operation: Operation, _ name: String, _ scales: [Double], _ position: Int
  ) -> EmittedCall {
    include("softmax_cross_entropy.h")
    let (logits, error) = (operation.inputs[0], operation.outputs[0])
    guard let range = graph[error].errorRange else { preconditionFailure("'\(graph[error].name)' has no range") }
    let channels = graph[logits].shape.last ?? 1
    let factors = crossEntropyFactors(logitScales: scales, count: channels)
    let multiplier = array("int32_t", name + "_multiplier", factors.map(\.multiplier))
    let shift = array("int16_t", name + "_shift", factors.map(\.shift))
    let shape = constant("struct cross_entropy_shape", name + "_shape", [".channels = \(channels)"])
    let stage = constant(
      "struct cross_entropy_stage", name + "_stage",
      [".multiplier = \(multiplier)", ".shift = \(shift)", ".bits = \(graph.errorRanges[range].bits)"])
    return EmittedCall(
      "softmax_cross_entropy_s32",
      [
        "&" + shape, "&" + stage, data(logits), "(int32_t)label", scratch("uint32_t", at: position),
        "training ? \(data(error)) : 0",
      ], isReturned: true)
  }
}
