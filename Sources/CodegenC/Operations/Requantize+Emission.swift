import GraphIR

extension EmissionContext {
  mutating func requantize(
    _ operation: Operation, _ name: String, _ scales: [Double], _ clamp: Clamp, _ rounding: RequantizationRounding
  ) -> EmittedCall {
    include("requantize.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let channels = graph[y].shape.last ?? 1
    let multipliers = requantizeMultipliers(scales: scales, outputScale: scale(y), count: channels)
    let stage = outputStage(name, multipliers, 0, zeroPoint(y), clamp, fractionBits: 0)
    let shape = constant(
      "struct requantize_shape", name + "_shape",
      [".rows = \(graph[y].elementCount / channels)", ".channels = \(channels)"])
    let function: String
    switch rounding {
    case .once: function = "requantize_once_s32_s8"
    case .twice: function = "requantize_s32_s8"
    }
    return EmittedCall(function, ["&" + shape, "&" + stage, data(x), data(y)])
  }

  mutating func clampMask(_ operation: Operation, _ clamp: Clamp) -> EmittedCall {
    include("clamp_mask.h")
    let (x, mask) = (operation.inputs[0], operation.outputs[0])
    return EmittedCall(
      "clamp_mask_s8", ["\(elementCount(x))", "&" + clampStage(clamp), data(x), data(mask)])
  }

  mutating func maskError(_ operation: Operation) -> EmittedCall {
    include("clamp_mask.h")
    let (error, mask, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    return EmittedCall(
      "mask_error_s16", ["\(graph[error].elementCount)", data(error), data(mask), data(output)])
  }

  mutating func updateRanges() -> EmittedCall {
    include("error_range.h")
    let bits = array("uint8_t", "range_bits", graph.errorRanges.map { $0.adapts ? $0.bits : 0 })
    return EmittedCall("error_ranges_update", ["ranges", bits, "\(graph.errorRanges.count)"])
  }
}
