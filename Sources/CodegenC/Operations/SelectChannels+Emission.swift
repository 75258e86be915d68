import GraphIR

extension EmissionContext {
  /// The same shape struct serves codes and errors.
  mutating func selectChannels(
    _ operation: Operation, _ name: String, _ channels: [Int], function: String
  ) -> EmittedCall {
    include("select_channels.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let count = graph[x].shape.last ?? 1
    let list = array("uint16_t", name + "_channels", channels)
    let shape = constant(
      "struct select_shape", name + "_shape",
      [
        ".cells = \(graph[x].elementCount / count)", ".input_channels = \(count)",
        ".output_channels = \(channels.count)", ".channels = \(list)",
      ])
    return EmittedCall(function, ["&" + shape, data(x), data(y)])
  }
}
