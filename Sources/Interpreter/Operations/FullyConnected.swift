import GraphIR

/// y[n,o] = requantizeOnce(bias[o] + Σ (x[n,i] - zero point) · w[o,i]), each row n.
struct FullyConnected: IntegerKernel {
  private let input: TensorID
  private let rows: Int
  private let inputChannels: Int
  private let zeroPoint: Int16
  private let planes: [WeightPlane]
  private let stage: OutputStage

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting) {
    input = operation.inputs[0]
    rows = graph[input].elementCount / weighting.channels
    inputChannels = weighting.channels
    zeroPoint = Int16(graph[input].zeroPoint)
    planes = WeightPlane.planes(operation, weighting)
    stage = OutputStage(graph, operation, weighting)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let wide = planes.map { $0.wideWeights(stage.channels, memory) }
    withHalfwords(inputChannels) { x in
      stage.forEachCell(rows, memory) { row, sums in
        for (plane, weights) in zip(planes, wide) {
          widen(input + row * inputChannels + plane.firstChannel, zeroPoint, plane.channels, to: x)
          accumulateDots(sums, rows: stage.channels, x, weights, plane.channels)
        }
      }
    }
  }
}

/// y[n,o] += x[n,i] · w[o,i]  ⇒  dx[n,i] = Σ over o of dy[n,o] · w[o,i].
struct FullyConnectedBackwardInput: IntegerKernel {
  private let rows: Int
  private let inputChannels: Int
  private let prescaleQ15: [Int32]
  private let planes: [WeightPlane]
  private let stage: ErrorStage

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting) {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    inputChannels = weighting.channels
    rows = graph[dx].elementCount / inputChannels
    prescaleQ15 = weighting.prescaleQ15(count: graph[dy].elementCount / rows).map { Int32($0) }
    planes = WeightPlane.planes(operation, weighting)
    stage = ErrorStage(graph, from: dy, to: dx, factor: weighting.inputErrorFactor)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let count = rows * inputChannels
    withSums(count) { sums in
      for plane in planes { scatter(plane, memory, into: sums) }
      stage.store(sums, count: count, memory, &context)
    }
  }

  private func scatter(
    _ plane: WeightPlane, _ memory: TensorMemory, into sums: UnsafeMutablePointer<Int32>
  ) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(stage.errors)
    let weights: UnsafeMutablePointer<Int8> = memory.pointer(plane.tensor)
    for row in 0..<rows {
      for (o, ratio) in prescaleQ15.enumerated() {
        let error = prescale(errors[row * prescaleQ15.count + o], ratio)
        accumulate(
          sums + row * inputChannels + plane.firstChannel, error, weights + o * plane.channels, 0,
          plane.channels)
      }
    }
  }
}

/// y[n,o] += (x[n,i] - zero point) · w[o,i]  ⇒  dw[o,i] = Σ over n of dy[n,o] · (x[n,i] - zero point).
struct FullyConnectedUpdateWeights: IntegerKernel {
  private let input: TensorID
  private let errors: TensorID
  private let rows: Int
  private let inputChannels: Int
  private let outputChannels: Int
  private let trained: Int
  private let zeroPoint: Int16
  private let update: WeightUpdate

  init(_ graph: Graph, _ operation: Operation, _ weighting: Weighting, _ rule: UpdateRule) {
    (input, errors) = (operation.inputs[0], operation.inputs[1])
    outputChannels = graph[errors].shape.last ?? 1
    rows = graph[errors].elementCount / outputChannels
    inputChannels = graph[input].elementCount / rows
    trained = weighting.trainedChannels
    zeroPoint = Int16(graph[input].zeroPoint)
    update = WeightUpdate(graph, operation, weighting, rule, channels: outputChannels)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    withSums(outputChannels * trained) { sums in
      for row in 0..<rows {
        for o in 0..<outputChannels {
          accumulate(
            sums + o * trained, errors[row * outputChannels + o], input + row * inputChannels,
            zeroPoint, trained)
        }
      }
      let count = outputChannels * trained
      guard rows == 1 else { return update.run(sums, count: count, memory, &context) { $0 / trained } }
      update.run(sums, count: count, memory, &context, channel: { $0 / trained }) { index, channel, context in
        let x = Int32(input[index - channel * trained]) - Int32(zeroPoint)
        return update.stage.delta(errors[channel], times: x, channel: channel, context)
      }
    }
  }
}
