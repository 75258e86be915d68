import GraphIR

/// TFLite's QUANTIZE from int8 to int8: the same reals under another scale. They pass their error on as it is.
struct Rescale: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let count: Int
  private let zeroPoints: (input: Int32, output: Int32)
  private let factor: QuantizedMultiplier

  init(_ graph: Graph, _ operation: Operation) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    count = graph[output].elementCount
    zeroPoints = (graph[input].zeroPoint, graph[output].zeroPoint)
    factor = RescaleConstants(inputScale: graph[input].scale, outputScale: graph[output].scale).multiplier
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for i in 0..<count {
      let value = requantize(Int32(input[i]) - zeroPoints.input, factor.multiplier, factor.leftShift)
      output[i] = outputCode(value, zeroPoint: zeroPoints.output, minimum: -128, maximum: 127)
    }
  }
}
