import GraphIR

extension EmissionContext {
  mutating func conv2D(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ position: Int
  ) -> EmittedCall {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = conv2DShape(operation, name, window, weighting, x: x, y: y)
    let stage = outputStage(operation, layerName(operation, name), weighting)
    let function = graph[y].element == .int8 ? "conv2d_s8" : "conv2d_s8_accumulate"
    let bias = data(operation.inputs[1 + weighting.planeCount])
    return EmittedCall(
      function,
      ["&" + shape, "&" + stage, data(x), forwardWeights(weighting, operation.inputs), bias, scratch(at: position), data(y)],
      rowShape: "conv2d")
  }

  mutating func conv2DBackwardInput(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ position: Int
  ) -> EmittedCall {
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let shape = conv2DShape(operation, name, window, weighting, x: output, y: error)
    let stage = errorStage(operation, layerName(operation, name), weighting)
    return EmittedCall(
      "conv2d_s8_backward_input",
      [
        "&" + shape, "&" + stage, data(error), range(error), backwardWeights(weighting, operation.inputs),
        scratch(at: position), data(output), range(output),
      ])
  }

  mutating func conv2DUpdateWeights(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ rule: UpdateRule,
    _ position: Int
  ) -> EmittedCall {
    let (x, error) = (operation.inputs[0], operation.inputs[1])
    let shape = conv2DShape(operation, name, window, weighting, x: x, y: error)
    let factors = weighting.weightUpdateFactors(count: graph[error].shape[3], rule)
    let stage = updateStage(layerName(operation, name) + "_weight_step", factors)
    return EmittedCall(
      "conv2d_s8_update_weights", ["&" + shape, "&" + stage] + updateArguments(operation, rule, position))
  }

  private mutating func conv2DShape(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, x: TensorID, y: TensorID
  ) -> String {
    include("conv2d.h")
    return constant(
      "struct conv2d_shape", layerName(operation, name) + "_shape",
      mapFields(x: x, y: y) + windowFields(window) + [".trained_channels = \(weighting.trainedChannels)"])
  }
}
