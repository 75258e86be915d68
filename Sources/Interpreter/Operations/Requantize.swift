import GraphIR

/// The codes of a head that was split off its accumulators, with the rounding of the layer it came from.
struct Requantize: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let count: Int
  private let multipliers: [QuantizedMultiplier]
  private let rounding: RequantizationRounding
  private let zeroPoint: Int32
  private let clamp: Clamp

  init(
    _ graph: Graph, _ operation: Operation, _ scales: [Double], _ clamp: Clamp,
    _ rounding: RequantizationRounding
  ) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    let tensor = graph[output]
    count = tensor.elementCount
    multipliers = requantizeMultipliers(
      scales: scales, outputScale: tensor.scale, count: tensor.shape.last ?? 1)
    self.rounding = rounding
    zeroPoint = tensor.zeroPoint
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int32> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for i in 0..<count {
      let factor = multipliers[i % multipliers.count]
      let value =
        switch rounding {
        case .once: requantizeOnce(input[i], factor.multiplier, factor.leftShift)
        case .twice: requantize(input[i], factor.multiplier, factor.leftShift)
        }
      output[i] = outputCode(
        value, zeroPoint: zeroPoint, minimum: clamp.minimum, maximum: clamp.maximum)
    }
  }
}
