import GraphIR

/// y[p,j] = x[p, channels[j]], on codes (Int8) or on the mantissas of errors (Int16).
struct SelectChannels<Element: FixedWidthInteger>: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let inputChannels: Int
  private let cells: Int
  private let channels: [Int]

  init(_ graph: Graph, _ operation: Operation, _ channels: [Int]) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    inputChannels = graph[input].shape.last ?? 1
    cells = graph[input].elementCount / inputChannels
    self.channels = channels
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input = memory.pointer(input, as: Element.self)
    let output = memory.pointer(output, as: Element.self)
    for cell in 0..<cells {
      for (j, channel) in channels.enumerated() {
        output[cell * channels.count + j] = input[cell * inputChannels + channel]
      }
    }
  }
}
