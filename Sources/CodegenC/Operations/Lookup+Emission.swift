import GraphIR

extension EmissionContext {
  mutating func lookup(_ operation: Operation, _ name: String, _ function: UnaryFunction) -> EmittedCall {
    include("lookup.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let codes = LookupTable(function, input: quantization(x), output: quantization(y)).codes
    let table = array("int8_t", name + "_table", codes)
    return EmittedCall("lookup_s8", ["\(elementCount(x))", table, data(x), data(y)])
  }

  mutating func lookupBackward(
    _ operation: Operation, _ name: String, _ function: UnaryFunction, _ format: Quantization
  ) -> EmittedCall {
    include("lookup.h")
    let (error, x, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let table = SlopeTable(function, input: quantization(x), output: format)
    let slopes = array("int16_t", name + "_slopes", table.slopes)
    let stage = errorStage(name, prescale: nil, factor: table.unit, output: output)
    return EmittedCall(
      "lookup_s8_backward",
      [
        "\(graph[output].elementCount)", "&" + stage, slopes, data(error), range(error), data(x), data(output),
        range(output),
      ])
  }
}
