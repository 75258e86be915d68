import GraphIR

/// TFLite's MEAN over height and width: Σ (x - zero point), with 1 / count folded into the multiplier
/// (`MeanConstants`). Its gradient is `AveragePool2DBackward`.
struct Mean: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let channels: Int
  private let cells: Int
  private let zeroPoints: (input: Int32, output: Int32)
  private let factor: QuantizedMultiplier

  init(_ graph: Graph, _ operation: Operation) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    channels = graph[input].shape[3]
    cells = graph[input].elementCount / channels
    zeroPoints = (graph[input].zeroPoint, graph[output].zeroPoint)
    factor =
      MeanConstants(inputScale: graph[input].scale, outputScale: graph[output].scale, count: cells)
      .multiplier
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for c in 0..<channels {
      var sum: Int32 = 0
      for cell in 0..<cells { sum &+= Int32(input[cell * channels + c]) &- zeroPoints.input }
      output[c] = outputCode(
        requantize(sum, factor.multiplier, factor.leftShift), zeroPoint: zeroPoints.output,
        minimum: -128, maximum: 127)
    }
  }
}
