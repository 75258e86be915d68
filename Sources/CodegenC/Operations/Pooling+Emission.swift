import GraphIR

extension EmissionContext {
  mutating func averagePool2D(
    _ operation: Operation, _ name: String, _ window: Window, _ clamp: Clamp
  ) -> EmittedCall {
    include("average_pool2d.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = poolShape(name, window, map: graph[x].shape, outputs: graph[y].shape)
    return EmittedCall(
      "average_pool2d_s8", ["&" + shape, "&" + clampStage(clamp), data(x), data(y)], rowShape: "pool2d")
  }

  mutating func averagePool2DBackward(_ operation: Operation, _ name: String, _ window: Window) -> EmittedCall {
    include("average_pool2d.h")
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let map = graph[output].shape
    let outputs = graph[error].shape
    let shape = poolShape(name, window, map: map, outputs: outputs)
    let cells = window.smallestCells(
      outputHeight: outputs[1], outputWidth: outputs[2], mapHeight: map[1], mapWidth: map[2])
    let stage = errorStage(name, prescale: nil, factor: FixedPointFactor(1 / Double(cells)), output: output)
    return EmittedCall(
      "average_pool2d_s8_backward",
      ["&" + shape, "&" + stage, data(error), range(error), data(output), range(output)])
  }

  mutating func maxPool2D(_ operation: Operation, _ name: String, _ window: Window, _ clamp: Clamp) -> EmittedCall {
    include("max_pool2d.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = poolShape(name, window, map: graph[x].shape, outputs: graph[y].shape)
    let index = operation.outputs.count == 2 ? data(operation.outputs[1]) : "0"
    return EmittedCall(
      "max_pool2d_s8", ["&" + shape, "&" + clampStage(clamp), data(x), data(y), index], rowShape: "pool2d")
  }

  mutating func maxPool2DBackward(_ operation: Operation, _ name: String, _ window: Window) -> EmittedCall {
    include("max_pool2d.h")
    let (error, index, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let shape = poolShape(name, window, map: graph[output].shape, outputs: graph[error].shape)
    return EmittedCall(
      "max_pool2d_s8_backward",
      ["&" + shape, limit(output), data(error), range(error), data(index), data(output), range(output)])
  }

  mutating func mean(_ operation: Operation, _ name: String, _ dimensions: Range<Int>) -> EmittedCall {
    include("mean.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let reduction = Reduction(shape: graph[x].shape, dimensions: dimensions)
    let multiplier = MeanConstants(inputScale: scale(x), outputScale: scale(y), count: reduction.count).multiplier
    let shape = constant(
      "struct mean_shape", name + "_shape",
      [".outer = \(reduction.outer)", ".count = \(reduction.count)", ".inner = \(reduction.inner)"])
    let stage = constant(
      "struct mean_stage", name + "_stage",
      [
        ".input_zero_point = \(zeroPoint(x))", ".output_zero_point = \(zeroPoint(y))",
        ".multiplier = \(multiplier.multiplier)", ".left_shift = \(multiplier.leftShift)",
      ])
    return EmittedCall("mean_s8", ["&" + shape, "&" + stage, data(x), data(y)])
  }

  private mutating func poolShape(_ name: String, _ window: Window, map: [Int], outputs: [Int]) -> String {
    constant(
      "struct pool2d_shape", name + "_shape",
      [
        ".input_height = \(map[1])", ".input_width = \(map[2])", ".channels = \(map[3])",
        ".output_height = \(outputs[1])", ".output_width = \(outputs[2])",
        ".kernel_height = \(window.kernelHeight)", ".kernel_width = \(window.kernelWidth)",
        ".stride_height = \(window.strideHeight)", ".stride_width = \(window.strideWidth)",
        ".pad_top = \(window.padTop)", ".pad_left = \(window.padLeft)",
      ])
  }

  mutating func clampStage(_ clamp: Clamp) -> String {
    func code(_ value: Int32) -> String { value < 0 ? "m\(-value)" : "\(value)" }
    return constant(
      "struct clamp_stage", "clamp_\(code(clamp.minimum))_to_\(code(clamp.maximum))", [".minimum = \(clamp.minimum)", ".maximum = \(clamp.maximum)"])
  }
}
