import GraphIR

/// y = f(x), a code for a code.
struct Lookup: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let count: Int
  private let codes: [Int8]

  init(_ graph: Graph, _ operation: Operation, _ function: UnaryFunction) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    count = graph[input].elementCount
    codes = LookupTable(function, input: graph.format(of: input), output: graph.format(of: output)).codes
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for i in 0..<count { output[i] = codes[Int(input[i]) + 128] }
  }
}

/// y = f(x)  ⇒  dx = dy · f′(x), 0 where f(x) lies outside the format of y.
struct LookupBackward: IntegerKernel {
  private let input: TensorID
  private let count: Int
  private let slopes: [Int16]
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, _ function: UnaryFunction, _ format: Quantization) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    input = operation.inputs[1]
    count = graph[dx].elementCount
    let table = SlopeTable(function, input: graph.format(of: input), output: format)
    slopes = table.slopes
    stage = ErrorStage(graph, from: dy, to: dx, factor: table.unit)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let codes: UnsafeMutablePointer<Int8> = memory.pointer(input)
    withSums(count) { products in
      for i in 0..<count { products[i] = Int32(errors[i]) * Int32(slopes[Int(codes[i]) + 128]) }
      stage.store(products, count: count, memory, &context)
    }
  }
}

extension Graph {
  /// Scale and zero point of a tensor of codes, which the verifier has seen.
  fileprivate func format(of id: TensorID) -> Quantization {
    guard let quantization = self[id].quantization else { preconditionFailure("'\(self[id].name)' has no quantization") }
    return quantization
  }
}
