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
}
