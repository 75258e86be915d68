import GraphIR

/// TFLite's average pooling: the mean of the codes inside the map, half away from zero. Input and output
/// have one quantization, so zero points cancel.
struct AveragePool2D: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let output: TensorID
  private let channels: Int
  private let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ window: Window, _ clamp: Clamp) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    self.window = SlidingWindow(window, map: graph[input].shape, cells: graph[output].shape)
    channels = graph[input].shape[3]
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    for cell in 0..<window.outputCells {
      for c in 0..<channels {
        var sum: Int32 = 0
        var count: Int32 = 0
        window.forEachTap(of: cell) { _, inputCell in
          sum += Int32(input[inputCell * channels + c])
          count += 1
        }
        let mean = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count
        output[cell * channels + c] = Int8(min(max(mean, clamp.minimum), clamp.maximum))
      }
    }
  }
}

/// y[p] = Σ x[q] / n[p]  ⇒  dx[q] = Σ over p that hold q of dy[p] / n[p]. Also the gradient of `mean`.
///
/// n[p] counts the cells of window p inside the map. The common factor is 1 / the smallest of them, the
/// rest of each is a Q15 ratio.
struct AveragePool2DBackward: IntegerKernel {
  private let window: SlidingWindow
  private let channels: Int
  private let ratioQ15: [Int32]
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, _ window: Window) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    channels = graph[dx].shape[3]
    let sliding = SlidingWindow(window, map: graph[dx].shape, cells: graph[dy].shape)
    self.window = sliding
    let counts = (0..<sliding.outputCells).map { cell in
      var count: Int32 = 0
      sliding.forEachTap(of: cell) { _, _ in count += 1 }
      return count
    }
    let smallest = counts.reduce(Int32(clamping: window.kernelHeight * window.kernelWidth), min)
    ratioQ15 = counts.map { Int32((32768 * Int64(smallest) + Int64($0 / 2)) / Int64($0)) }
    stage = ErrorStage(graph, from: dy, to: dx, factor: FixedPointFactor(1 / Double(smallest)))
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let count = window.inputCells * channels
    withSums(count) { sums in
      for cell in 0..<window.outputCells {
        window.forEachTap(of: cell) { _, inputCell in
          for c in 0..<channels {
            let error = prescale(errors[cell * channels + c], ratioQ15[cell])
            sums[inputCell * channels + c] &+= Int32(error)
          }
        }
      }
      stage.store(sums, count: count, memory, &context)
    }
  }
}
