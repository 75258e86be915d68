import GraphIR

/// The same bytes under another shape: codes or mantissas.
struct Reshape: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let byteCount: Int

  init(_ graph: Graph, _ operation: Operation) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    byteCount = graph[output].byteCount
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    memory.pointer(output, as: UInt8.self).update(from: memory.pointer(input), count: byteCount)
  }
}
