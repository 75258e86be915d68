import GraphIR

/// y[p,o] = requantize(bias[o] + Σ (x[q, o / multiplier] - zero point) · w[tap,o]).
struct DepthwiseConv2D: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let inputChannels: Int
  private let multiplier: Int
  private let zeroPoint: Int16
  private let planes: [WeightPlane]
  private let stage: OutputStage

  init(
    _ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting,
    _ multiplier: Int
  ) {
    input = operation.inputs[0]
    let cells = graph[operation.outputs[0]].shape
    self.window = SlidingWindow(window, map: graph[input].shape, cells: cells)
    inputChannels = graph[input].shape[3]
    self.multiplier = multiplier
    zeroPoint = Int16(graph[input].zeroPoint)
    planes = WeightPlane.planes(operation, weighting)
    stage = OutputStage(graph, operation, weighting)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    stage.forEachCell(window.outputCells, memory) { cell, sums in
      for plane in planes {
        let weights: UnsafeMutablePointer<Int8> = memory.pointer(plane.tensor)
        let planeSums = sums + plane.firstChannel
        window.forEachTap(of: cell) { tap, inputCell in
          let x = input + inputCell * inputChannels
          let row = weights + tap * plane.channels
          if multiplier == 1 {
            accumulateProducts(planeSums, x + plane.firstChannel, zeroPoint, row, plane.channels)
            return
          }
          for k in 0..<plane.channels {
            let c = (plane.firstChannel + k) / multiplier
            planeSums[k] &+= Int32(Int16(x[c]) &- zeroPoint) &* Int32(row[k])
          }
        }
      }
    }
  }
}

/// y[p,o] += x[q,c] · w[tap,o]  ⇒  dx[q,c] = Σ over (p, tap) that read q, and o of c, of dy[p,o] · w[tap,o].
struct DepthwiseConv2DBackwardInput: IntegerKernel {
  private let window: SlidingWindow
  private let inputChannels: Int
  private let multiplier: Int
  private let prescaleQ15: [Int32]
  private let planes: [WeightPlane]
  private let stage: ErrorStage

  init(
    _ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting,
    _ multiplier: Int
  ) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    self.window = SlidingWindow(window, map: graph[dx].shape, cells: graph[dy].shape)
    inputChannels = graph[dx].shape[3]
    self.multiplier = multiplier
    prescaleQ15 = weighting.prescaleQ15(count: weighting.channels).map { Int32($0) }
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
    let weights: UnsafeMutablePointer<Int8> = memory.pointer(plane.tensor)
    withUnsafeTemporaryAllocation(of: Int16.self, capacity: plane.channels) { buffer in
      guard let scaled = buffer.baseAddress else { return }
      for cell in 0..<window.outputCells {
        for k in 0..<plane.channels {
          let o = plane.firstChannel + k
          scaled[k] = prescale(errors[cell * channels + o], prescaleQ15[o])
        }
        window.forEachTap(of: cell) { tap, inputCell in
          let (cellSums, row) = (sums + inputCell * inputChannels, weights + tap * plane.channels)
          if multiplier == 1 {
            accumulateProducts(cellSums + plane.firstChannel, errors: scaled, row, 0, plane.channels)
            return
          }
          for k in 0..<plane.channels {
            cellSums[(plane.firstChannel + k) / multiplier] &+= Int32(scaled[k]) &* Int32(row[k])
          }
        }
      }
    }
  }
}

/// y[p,o] += (x[q,c] - zero point) · w[tap,o]  ⇒  dw[tap,o] = Σ over p of dy[p,o] · (x[q,c] - zero point).
struct DepthwiseConv2DUpdateWeights: IntegerKernel {
  private let window: SlidingWindow
  private let input: TensorID
  private let errors: TensorID
  private let inputChannels: Int
  private let multiplier: Int
  private let outputChannels: Int
  private let trained: Int
  private let zeroPoint: Int16
  private let update: WeightUpdate

  init(
    _ graph: Graph, _ operation: Operation, _ window: Window, _ weighting: Weighting, _ rule: UpdateRule,
    _ multiplier: Int
  ) {
    (input, errors) = (operation.inputs[0], operation.inputs[1])
    self.window = SlidingWindow(window, map: graph[input].shape, cells: graph[errors].shape)
    inputChannels = graph[input].shape[3]
    self.multiplier = multiplier
    outputChannels = weighting.channels
    trained = weighting.trainedChannels
    zeroPoint = Int16(graph[input].zeroPoint)
    update = WeightUpdate(graph, operation, weighting, rule, channels: outputChannels)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    withSums(window.taps * trained) { sums in
      gather(memory, into: sums)
      update.run(sums, count: window.taps * trained, memory, &context) { $0 % trained }
    }
  }

  private func gather(_ memory: TensorMemory, into sums: UnsafeMutablePointer<Int32>) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    for cell in 0..<window.outputCells {
      let dy = errors + cell * outputChannels
      window.forEachTap(of: cell) { tap, inputCell in
        let x = input + inputCell * inputChannels
        let tapSums = sums + tap * trained
        if multiplier == 1 {
          accumulateProducts(tapSums, errors: dy, x, zeroPoint, trained)
          return
        }
        for o in 0..<trained {
          tapSums[o] &+= Int32(dy[o]) &* Int32(Int16(x[o / multiplier]) &- zeroPoint)
        }
      }
    }
  }
}
