import GraphIR

extension EmissionContext {
  mutating func fullyConnected(
    _ operation: Operation, _ name: String, _ weighting: Weighting, _ position: Int
  ) -> EmittedCall {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = denseShape(operation, name, weighting, x: x, y: y)
    let stage = outputStage(operation, layerName(operation, name), weighting)
    let function = graph[y].element == .int8 ? "fully_connected_s8" : "fully_connected_s8_accumulate"
    let bias = data(operation.inputs[1 + weighting.planeCount])
    return EmittedCall(
      function,
      ["&" + shape, "&" + stage, data(x), forwardWeights(weighting, operation.inputs), bias, scratch(at: position), data(y)])
  }

  mutating func fullyConnectedBackwardInput(
    _ operation: Operation, _ name: String, _ weighting: Weighting, _ position: Int
  ) -> EmittedCall {
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let shape = denseShape(operation, name, weighting, x: output, y: error)
    let stage = errorStage(operation, layerName(operation, name), weighting)
    return EmittedCall(
      "fully_connected_s8_backward_input",
      [
        "&" + shape, "&" + stage, data(error), range(error), weights(weighting, operation.inputs),
        scratch(at: position), data(output), range(output),
      ])
  }

  mutating func fullyConnectedUpdateWeights(
    _ operation: Operation, _ name: String, _ weighting: Weighting, _ rule: UpdateRule, _ position: Int
  ) -> EmittedCall {
    let error = operation.inputs[1]
    let shape = denseShape(operation, name, weighting, x: operation.inputs[0], y: error)
    let factors = weighting.weightUpdateFactors(count: graph[error].shape.last ?? 1, rule)
    let stage = updateStage(layerName(operation, name) + "_weight_step", factors)
    return EmittedCall(
      "fully_connected_s8_update_weights", ["&" + shape, "&" + stage] + updateArguments(operation, rule, position))
  }

  private mutating func denseShape(
    _ operation: Operation, _ name: String, _ weighting: Weighting, x: TensorID, y: TensorID
  ) -> String {
    include("fully_connected.h")
    let outputs = graph[y].shape.last ?? 1
    let rows = graph[y].elementCount / outputs
    return constant(
      "struct dense_shape", layerName(operation, name) + "_shape",
      [
        ".rows = \(rows)", ".input_channels = \(graph[x].elementCount / rows)",
        ".output_channels = \(outputs)", ".trained_channels = \(weighting.trainedChannels)",
      ])
  }
}
