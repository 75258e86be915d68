import GraphIR

/// TFLite's MUL: the product of both differences from the zero points, requantized.
struct Multiply: IntegerKernel {
  private let a: TensorID
  private let b: TensorID
  private let output: TensorID
  private let loops: Broadcast
  private let zeroPoints: (a: Int32, b: Int32, output: Int32)
  private let factor: QuantizedMultiplier
  private let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ clamp: Clamp) {
    (a, b, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    loops = graph.broadcast(a, b, to: output)
    zeroPoints = (graph[a].zeroPoint, graph[b].zeroPoint, graph[output].zeroPoint)
    factor = QuantizedMultiplier(productOf: graph[a].scale, graph[b].scale, outputScale: graph[output].scale)
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let a: UnsafeMutablePointer<Int8> = memory.pointer(a)
    let b: UnsafeMutablePointer<Int8> = memory.pointer(b)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    loops.forEach { i, inA, inB in
      let product = (Int32(a[inA]) - zeroPoints.a) * (Int32(b[inB]) - zeroPoints.b)
      output[i] = outputCode(
        requantize(product, factor.multiplier, factor.leftShift), zeroPoint: zeroPoints.output,
        minimum: clamp.minimum, maximum: clamp.maximum)
    }
  }
}

/// y = x · w  ⇒  dx = Σ dy · w over the places where x was repeated.
struct MultiplyBackward: IntegerKernel {
  private let factor: TensorID
  private let zeroPoint: Int32
  private let loops: Broadcast
  private let count: Int
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    factor = operation.inputs[1]
    zeroPoint = graph[factor].zeroPoint
    loops = graph.broadcast(dx, factor, to: dy)
    count = graph[dx].elementCount
    stage = ErrorStage(graph, from: dy, to: dx, factor: FixedPointFactor(Double(graph[factor].scale)))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let codes: UnsafeMutablePointer<Int8> = memory.pointer(factor)
    withSums(count) { sums in
      loops.forEach { i, inX, inFactor in
        sums[inX] &+= Int32(errors[i]) &* (Int32(codes[inFactor]) &- zeroPoint)
      }
      stage.store(sums, count: count, memory, &context)
    }
  }
}

/// y = ±x + …  ⇒  dx = ±Σ dy over the places where x was repeated.
struct BroadcastBackward: IntegerKernel {
  private let sign: Int32
  private let loops: Broadcast
  private let count: Int
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, negated: Bool) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    sign = negated ? -1 : 1
    loops = graph.broadcast(dx, dy, to: dy)
    count = graph[dx].elementCount
    stage = ErrorStage(graph, from: dy, to: dx, factor: FixedPointFactor(1))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    withSums(count) { sums in
      loops.forEach { i, inX, _ in sums[inX] &+= sign &* Int32(errors[i]) }
      stage.store(sums, count: count, memory, &context)
    }
  }
}
