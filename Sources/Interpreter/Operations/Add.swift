import GraphIR

/// TFLite's ADD and SUB: both operands are raised by 2^20, brought to twice the larger scale and added, then requantized.
struct Add: IntegerKernel {
  private let a: TensorID
  private let b: TensorID
  private let output: TensorID
  private let loops: Broadcast
  private let zeroPoints: (a: Int32, b: Int32, output: Int32)
  private let constants: AddConstants
  private let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ clamp: Clamp, subtracts: Bool) {
    (a, b, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    loops = graph.broadcast(a, b, to: output)
    zeroPoints = (graph[a].zeroPoint, graph[b].zeroPoint, graph[output].zeroPoint)
    constants = AddConstants(
      aScale: graph[a].scale, bScale: graph[b].scale, outputScale: graph[output].scale, subtracts: subtracts)
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let a: UnsafeMutablePointer<Int8> = memory.pointer(a)
    let b: UnsafeMutablePointer<Int8> = memory.pointer(b)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    loops.forEach { i, inA, inB in
      let sum =
        raised(a[inA], zeroPoints.a, constants.a) &+ raised(b[inB], zeroPoints.b, constants.b)
      output[i] = outputCode(
        requantize(sum, constants.output.multiplier, constants.output.leftShift),
        zeroPoint: zeroPoints.output, minimum: clamp.minimum, maximum: clamp.maximum)
    }
  }

  private func raised(_ code: Int8, _ zeroPoint: Int32, _ factor: QuantizedMultiplier) -> Int32 {
    requantize(
      (Int32(code) - zeroPoint) << AddConstants.leftShift, factor.multiplier, factor.leftShift)
  }
}

/// y = f(x), z = g(x)  ⇒  dx = dx through f + dx through g.
struct SumErrors: IntegerKernel {
  private let a: TensorID
  private let b: TensorID
  private let sum: TensorID
  private let count: Int
  private let ranges: (a: Int, b: Int, sum: Int)
  private let limit: Int32

  init(_ graph: Graph, _ operation: Operation) {
    (a, b, sum) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    count = graph[sum].elementCount
    guard let aRange = graph[a].errorRange, let bRange = graph[b].errorRange,
      let sumRange = graph[sum].errorRange
    else { preconditionFailure("'\(operation.name)' sums tensors that are no errors") }
    ranges = (aRange, bRange, sumRange)
    limit = graph.errorRanges[sumRange].limit
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let a: UnsafeMutablePointer<Int16> = memory.pointer(a)
    let b: UnsafeMutablePointer<Int16> = memory.pointer(b)
    let mantissas: UnsafeMutablePointer<Int16> = memory.pointer(sum)
    var range = context.ranges[ranges.sum]
    let aShift = 30 + Int64(range.exponent) - Int64(context.ranges[ranges.a].exponent)
    let bShift = 30 + Int64(range.exponent) - Int64(context.ranges[ranges.b].exponent)
    for i in 0..<count {
      let total =
        Int64(scale(Int32(a[i]), 1 << 30, aShift)) + Int64(scale(Int32(b[i]), 1 << 30, bShift))
      mantissas[i] = range.store(Int32(clamping: total), limit: limit)
    }
    context.ranges[ranges.sum] = range
  }
}
