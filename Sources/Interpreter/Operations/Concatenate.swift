import GraphIR

/// Runs of each input, one behind the other. Its gradient: `sliceError` of each input's part.
struct Concatenate: IntegerKernel {
  private let inputs: [TensorID]
  private let output: TensorID
  private let concatenation: Concatenation

  init(_ graph: Graph, _ operation: Operation, _ axis: Int) {
    (inputs, output) = (operation.inputs, operation.outputs[0])
    concatenation = Concatenation(shapes: inputs.map { graph[$0].shape }, axis: axis)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    var target: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for row in 0..<concatenation.rows {
      for (input, run) in zip(inputs, concatenation.runs) {
        target.update(from: memory.pointer(input, as: Int8.self) + row * run, count: run)
        target += run
      }
    }
  }
}
