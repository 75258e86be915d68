import GraphIR

/// TFLite's MEAN over neighbouring dimensions: Σ (x - zero point), with 1 / count folded into the multiplier
/// (`MeanConstants`). Its gradient is `AveragePool2DBackward`.
struct Mean: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let reduction: Reduction
  private let zeroPoints: (input: Int32, output: Int32)
  private let factor: QuantizedMultiplier

  init(_ graph: Graph, _ operation: Operation, _ dimensions: Range<Int>) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    reduction = Reduction(shape: graph[input].shape, dimensions: dimensions)
    zeroPoints = (graph[input].zeroPoint, graph[output].zeroPoint)
    factor =
      MeanConstants(
        inputScale: graph[input].scale, outputScale: graph[output].scale, count: reduction.count
      ).multiplier
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    let (count, inner) = (reduction.count, reduction.inner)
    for o in 0..<reduction.outer {
      for i in 0..<inner {
        var sum: Int32 = 0
        for k in 0..<count { sum &+= Int32(input[(o * count + k) * inner + i]) &- zeroPoints.input }
        output[o * inner + i] = outputCode(
          requantize(sum, factor.multiplier, factor.leftShift), zeroPoint: zeroPoints.output,
          minimum: -128, maximum: 127)
      }
    }
  }
}
