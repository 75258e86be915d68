import GraphIR

extension EmissionContext {
  mutating func updateBias(
    _ operation: Operation, _ name: String, _ weighting: Weighting, _ rule: UpdateRule
  ) -> EmittedCall {
    include("bias.h")
    let (error, bias) = (operation.inputs[0], operation.inputs[1])
    let channels = graph[error].shape.last ?? 1
    let shape = constant(
      "struct bias_shape", layerName(operation, name) + "_bias_shape",
      [".positions = \(graph[error].elementCount / channels)", ".channels = \(channels)"])
    let stage = updateStage(
      layerName(operation, name) + "_bias_step", weighting.biasUpdateFactors(count: channels, rule))
    let velocity = rule.hasVelocity ? data(operation.inputs[2]) : "0"
    return EmittedCall(
      "bias_s32_update",
      ["&" + shape, "&" + stage, "update", data(error), range(error), data(bias), velocity, counts(operation)])
  }
}
