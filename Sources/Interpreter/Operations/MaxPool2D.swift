import GraphIR

/// The largest code of each window, and where it stands: the first in row order.
struct MaxPool2D: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let output: TensorID
  private let index: TensorID?
  private let channels: Int
  private let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ window: Window, _ clamp: Clamp) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    index = operation.outputs.count > 1 ? operation.outputs[1] : nil
    self.window = SlidingWindow(window, map: graph[input].shape, cells: graph[output].shape)
    channels = graph[input].shape[3]
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    let index: UnsafeMutablePointer<UInt8>? = index.map { memory.pointer($0) }
    for cell in 0..<window.outputCells {
      for c in 0..<channels {
        var largest = Int32.min
        var place = 0
        window.forEachTap(of: cell) { tap, inputCell in
          let code = Int32(input[inputCell * channels + c])
          if code > largest { (largest, place) = (code, tap) }
        }
        output[cell * channels + c] = Int8(min(max(largest, clamp.minimum), clamp.maximum))
        index?[cell * channels + c] = UInt8(place)
      }
    }
  }
}

/// y[p] = x[argmax of p]  ⇒  dx[q] = Σ of dy[p] over p whose argmax is q.
struct MaxPool2DBackward: IntegerKernel {
  private let window: SlidingWindow
  private let channels: Int
  private let index: TensorID
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, _ window: Window) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    index = operation.inputs[1]
    channels = graph[dx].shape[3]
    self.window = SlidingWindow(window, map: graph[dx].shape, cells: graph[dy].shape)
    stage = ErrorStage(graph, from: dy, to: dx, factor: FixedPointFactor(1))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let index: UnsafeMutablePointer<UInt8> = memory.pointer(index)
    let count = window.inputCells * channels
    withSums(count) { sums in
      for cell in 0..<window.outputCells {
        window.forEachTap(of: cell) { tap, inputCell in
          for c in 0..<channels where Int(index[cell * channels + c]) == tap {
            sums[inputCell * channels + c] &+= Int32(errors[cell * channels + c])
          }
        }
      }
      stage.store(sums, count: count, memory, &context)
    }
  }
}
