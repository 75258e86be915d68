import GraphIR

/// Codes less their zero point, as accumulators.
struct CenterCodes: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let count: Int
  private let zeroPoint: Int32

  init(_ graph: Graph, _ operation: Operation) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    count = graph[input].elementCount
    zeroPoint = graph[input].zeroPoint
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let codes: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let centered: UnsafeMutablePointer<Int32> = memory.pointer(output)
    for i in 0..<count { centered[i] = Int32(codes[i]) - zeroPoint }
  }
}
