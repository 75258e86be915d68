import GraphIR

extension EmissionContext {
  mutating func depthwiseConv2D(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ multiplier: Int, _ position: Int
  ) -> EmittedCall {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = depthwiseShape(operation, name, window, weighting, multiplier, x: x, y: y)
    let stage = outputStage(operation, layerName(operation, name), weighting)
    let function = graph[y].element == .int8 ? "depthwise_conv2d_s8" : "depthwise_conv2d_s8_accumulate"
    let bias = data(operation.inputs[1 + weighting.planeCount])
    return EmittedCall(
      function,
      ["&" + shape, "&" + stage, data(x), weights(weighting, operation.inputs), bias, scratch(at: position), data(y)],
      rowShape: "depthwise_conv2d")
  }

  mutating func depthwiseConv2DBackwardInput(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ multiplier: Int, _ position: Int
  ) -> EmittedCall {
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let shape = depthwiseShape(operation, name, window, weighting, multiplier, x: output, y: error)
    let stage = errorStage(operation, layerName(operation, name), weighting)
    return EmittedCall(
      "depthwise_conv2d_s8_backward_input",
      [
        "&" + shape, "&" + stage, data(error), range(error), weights(weighting, operation.inputs),
        scratch(at: position), data(output), range(output),
      ])
  }

  mutating func depthwiseConv2DUpdateWeights(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ rule: UpdateRule,
    _ multiplier: Int,
    _ position: Int
  ) -> EmittedCall {
    let (x, error) = (operation.inputs[0], operation.inputs[1])
    let shape = depthwiseShape(operation, name, window, weighting, multiplier, x: x, y: error)
    let factors = weighting.weightUpdateFactors(count: weighting.channels, rule)
    let stage = updateStage(layerName(operation, name) + "_weight_step", factors)
    return EmittedCall(
      "depthwise_conv2d_s8_update_weights", ["&" + shape, "&" + stage] + updateArguments(operation, rule, position))
  }

  private mutating func depthwiseShape(
    _ operation: Operation, _ name: String, _ window: Window, _ weighting: Weighting, _ multiplier: Int,
    x: TensorID, y: TensorID
  ) -> String {
    include("depthwise_conv2d.h")
    return constant(
      "struct depthwise_conv2d_shape", layerName(operation, name) + "_shape",
      mapFields(x: x, y: y) + [".multiplier = \(multiplier)"] + windowFields(window)
        + [".trained_channels = \(weighting.trainedChannels)"])
  }
}
