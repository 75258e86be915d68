import GraphIR

/// y[p,o] = requantize(bias[o] + Σ (x[q,i] - zero point) · w[o,tap,i]).
struct Conv2D: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let inputChannels: Int
  private let zeroPoint: Int16
  private let planes: [WeightPlane]
  private let stage: OutputStage

  init(_ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting) {
    input = operation.inputs[0]
    let cells = graph[operation.outputs[0]].shape
    self.window = SlidingWindow(window, map: graph[input].shape, cells: cells)
    inputChannels = weighting.channels
    zeroPoint = Int16(graph[input].zeroPoint)
    planes = WeightPlane.planes(operation, weighting)
    stage = OutputStage(graph, operation, weighting)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let rows = planes.map { $0.wideWeights(stage.channels * window.taps, memory) }
    withHalfwords(window.taps * inputChannels) { x in
      stage.forEachCell(window.outputCells, memory) { cell, sums in
        for (plane, weights) in zip(planes, rows) {
          let count = window.taps * plane.channels
          gather(plane, of: cell, input, to: x)
          accumulateDots(sums, rows: stage.channels, x, weights, count)
        }
      }
    }
  }

  /// The channels of a plane under all taps of a cell; 0 outside of the map.
  @inline(__always)
  private func gather(
    _ plane: WeightPlane, of cell: Int, _ input: UnsafePointer<Int8>, to x: UnsafeMutablePointer<Int16>
  ) {
    if window.hasOutside { x.update(repeating: 0, count: window.taps * plane.channels) }
    window.forEachTap(of: cell) { tap, inputCell in
      widen(
        input + inputCell * inputChannels + plane.firstChannel, zeroPoint, plane.channels, to: x + tap * plane.channels)
    }
  }
}

/// y[p,o] += x[q,i] · w[o,tap,i]  ⇒  dx[q,i] = Σ over (p, tap) that read q, and o, of dy[p,o] · w[o,tap,i].
struct Conv2DBackwardInput: IntegerKernel {
  private let window: SlidingWindow
  private let inputChannels: Int
  private let prescaleQ15: [Int32]
  private let planes: [WeightPlane]
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    self.window = SlidingWindow(window, map: graph[dx].shape, cells: graph[dy].shape)
    inputChannels = weighting.channels
    prescaleQ15 = weighting.prescaleQ15(count: graph[dy].shape[3]).map { Int32($0) }
    planes = WeightPlane.planes(operation, weighting)
    stage = ErrorStage(graph, from: dy, to: dx, factor: weighting.inputErrorFactor)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let count = window.inputCells * inputChannels
    withSums(count) { sums in
      for plane in planes { scatter(plane, memory, into: sums) }
      stage.store(sums, count: count, memory, &context)
    }
  }

  private func scatter(
    _ plane: WeightPlane, _ memory: TensorMemory, into sums: UnsafeMutablePointer<Int32>
  ) {
    let channels = prescaleQ15.count
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let columns = plane.wideColumns(rows: channels, count: window.taps * plane.channels, memory)
    withHalfwords(channels) { scaled in
      for cell in 0..<window.outputCells {
        for o in 0..<channels { scaled[o] = prescale(errors[cell * channels + o], prescaleQ15[o]) }
        window.forEachTap(of: cell) { tap, inputCell in
          columns.withUnsafeBufferPointer { columns in
            guard let base = columns.baseAddress else { return }
            accumulateDots(
              sums + inputCell * inputChannels + plane.firstChannel, rows: plane.channels, scaled,
              base + tap * plane.channels * channels, channels)
          }
        }
      }
    }
  }
}

/// y[p,o] += (x[q,i] - zero point) · w[o,tap,i]  ⇒  dw[o,tap,i] = Σ over p of dy[p,o] · (x[q,i] - zero point).
struct Conv2DUpdateWeights: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let errors: TensorID
  private let inputChannels: Int
  private let outputChannels: Int
  private let trained: Int
  private let zeroPoint: Int16
  private let update: WeightUpdate

  init(_ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting, _ rule: UpdateRule) {
    (input, errors) = (operation.inputs[0], operation.inputs[1])
    self.window = SlidingWindow(window, map: graph[input].shape, cells: graph[errors].shape)
    inputChannels = graph[input].shape[3]
    outputChannels = graph[errors].shape[3]
    trained = weighting.trainedChannels
    zeroPoint = Int16(graph[input].zeroPoint)
    update = WeightUpdate(graph, operation, weighting, rule, channels: outputChannels)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let rowCount = window.taps * trained
    withSums(outputChannels * rowCount) { sums in
      gather(memory, into: sums)
      update.run(sums, count: outputChannels * rowCount, memory, &context) { $0 / rowCount }
    }
  }

  private func gather(_ memory: TensorMemory, into sums: UnsafeMutablePointer<Int32>) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    for cell in 0..<window.outputCells {
      window.forEachTap(of: cell) { tap, inputCell in
        let x = input + inputCell * inputChannels
        for o in 0..<outputChannels where errors[cell * outputChannels + o] != 0 {
          accumulate(
            sums + (o * window.taps + tap) * trained, errors[cell * outputChannels + o], x,
            zeroPoint, trained)
        }
      }
    }
  }
}
