import GraphIR

import func Foundation.exp
import func Foundation.log

/// The same graph in real numbers (Float64): what the integers of a step approximate.
///
/// Codes, mantissas and accumulators are their real values, nothing is rounded, and clamps clamp at the real
/// values of their codes. It serves gradient checks: forward operations against finite differences of
/// themselves, integer gradients against these.
///
/// Update operations change nothing here; they leave their gradient in `gradients`.
package struct FloatTwin {
  package let graph: Graph
  /// Real value of each element of each tensor; weights and biases included. Free to set.
  package var values: [[Double]]
  /// dLoss/dParameter of the trained tensors whose update has run: weights and biases, in real units.
  package private(set) var gradients: [TensorID: [Double]] = [:]
  /// Of the last sample: nats, or squares of the output's unit.
  package private(set) var loss = 0.0

  /// Weights and biases at their initial codes, values 0.
  package init(graph: Graph) throws {
    try graph.verify()
    self.graph = graph
    values = graph.tensors.map { Array(repeating: 0, count: $0.elementCount) }
    for index in graph.tensors.indices { loadCodes(TensorID(index)) }
    for operation in graph.operations { loadParameters(of: operation) }
  }

  /// Every operation in order.
  package mutating func train(input: [Double], target: StepTarget) {
    values[graph.input.index] = input
    for index in graph.operations.indices { run(operation: index, target: target) }
  }

  /// Forward and loss.
  package mutating func evaluate(input: [Double], target: StepTarget) {
    values[graph.input.index] = input
    for (index, operation) in graph.operations.enumerated() where !operation.kind.isTrainingOnly {
      run(operation: index, target: target)
    }
  }

  package subscript(id: TensorID) -> [Double] {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }

  /// One operation on what its operands hold.
  package mutating func run(operation index: Int, target: StepTarget = StepTarget()) {
    let operation = graph.operations[index]
    let results = result(of: operation, target: target)
    for (id, value) in zip(operation.outputs, results) { self[id] = value }
  }

  private mutating func result(of operation: Operation, target: StepTarget) -> [[Double]] {
    switch operation.kind {
    case .conv2D, .depthwiseConv2D, .fullyConnected: return [layer(operation)]
    case .add(let clamp): return [elementwise(operation, clamp, +)]
    case .subtract(let clamp): return [elementwise(operation, clamp, -)]
    case .multiply(let clamp): return [elementwise(operation, clamp, *)]
    case .lookup(let function): return [lookup(operation, function)]
    case .averagePool2D(let window, let clamp): return [averagePool(operation, window, clamp)]
    case .maxPool2D(let window, let clamp): return maxPool(operation, window, clamp)
    case .mean(let dimensions): return [mean(operation, dimensions)]
    case .pad, .slice, .transpose, .sliceError, .spreadError, .transposeError: return [copy(operation)]
    case .concatenate(let axis): return [concatenate(operation, axis)]
    case .rescale: return [self[operation.inputs[0]].clamped(Clamp(), graph[operation.outputs[0]])]
    case .reshape, .reshapeError: return [self[operation.inputs[0]]]
    case .softmax(let beta): return [softmax(self[operation.inputs[0]], beta, operation)]
    case .requantize(_, let clamp, _):
      return [self[operation.inputs[0]].clamped(clamp, graph[operation.outputs[0]])]
    case .clampMask(let clamp):
      let tensor = graph[operation.inputs[0]]
      let (low, high) = (tensor.real(clamp.minimum), tensor.real(clamp.maximum))
      return [self[operation.inputs[0]].map { low < $0 && $0 < high ? 1 : 0 }]
    case .centerCodes: return [self[operation.inputs[0]]]
    case .softmaxCrossEntropy:
      return [crossEntropy(operation) { $0 == target.label ? 1 : 0 }]
    case .softCrossEntropy: return [crossEntropy(operation) { Double(target.values[$0]) * 0x1p-14 }]
    case .meanSquaredError(let scales): return [squaredError(operation, scales, target)]
    case .conv2DBackwardInput, .depthwiseConv2DBackwardInput, .fullyConnectedBackwardInput:
      return [layerBackwardInput(operation)]
    case .averagePool2DBackward(let window): return [averagePoolBackward(operation, window)]
    case .maxPool2DBackward(let window): return [maxPoolBackward(operation, window)]
    case .selectChannels(let channels), .selectErrorChannels(let channels): return [selection(operation, channels)]
    case .broadcastBackward(let negated): return [broadcastBackward(operation, sign: negated ? -1 : 1)]
    case .multiplyBackward: return [multiplyBackward(operation)]
    case .lookupBackward(let function, let format):
      return [zip(self[operation.inputs[0]], self[operation.inputs[1]]).map { $0 * function.slope($1, output: format) }]
    case .maskError:
      return [zip(self[operation.inputs[0]], self[operation.inputs[1]]).map(*)]
    case .sumErrors: return [zip(self[operation.inputs[0]], self[operation.inputs[1]]).map(+)]
    case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights:
      gradients[operation.inputs[2]] = layerWeightGradient(operation)
      return []
    case .updateBias:
      gradients[operation.inputs[1]] = biasGradient(operation)
      return []
    case .updateRanges: return []
    }
  }

  private func selection(_ operation: Operation, _ channels: [Int]) -> [Double] {
    let x = operation.inputs[0]
    return stride(from: 0, to: graph[x].elementCount, by: graph[x].shape.last ?? 1).flatMap { first in
      channels.map { self[x][first + $0] }
    }
  }

  private mutating func squaredError(
    _ operation: Operation, _ scales: SquaredErrorScales, _ target: StepTarget
  ) -> [Double] {
    let outputs = self[operation.inputs[0]]
    let wanted =
      operation.inputs.count == 2
      ? self[operation.inputs[1]]
      : target.values.map { Double(scales.codeScale) * (Double($0) / 256 - Double(scales.codeZeroPoint)) }
    let differences = zip(outputs, wanted).map { $0 - $1 }
    let count = Double(outputs.count)
    loss = differences.reduce(0) { $0 + $1 * $1 } / count
    return differences.map { 2 * $0 / count }
  }

  private mutating func crossEntropy(_ operation: Operation, _ wanted: (Int) -> Double) -> [Double] {
    let logits = self[operation.inputs[0]]
    let largest = logits.reduce(-Double.infinity, max)
    let exponentials = logits.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    loss = logits.enumerated().reduce(log(sum)) { $0 + wanted($1.offset) * (largest - $1.element) }
    return exponentials.enumerated().map { $1 / sum - wanted($0) }
  }

  private func softmax(_ x: [Double], _ beta: Float, _ operation: Operation) -> [Double] {
    let channels = graph[operation.inputs[0]].shape.last ?? 1
    return stride(from: 0, to: x.count, by: channels).flatMap { first -> [Double] in
      let row = x[first..<first + channels]
      let largest = row.reduce(-Double.infinity, max)
      let exponentials = row.map { exp(Double(beta) * ($0 - largest)) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }
}

extension Tensor {
  /// The real value of a code.
  func real(_ code: Int32) -> Double {
    guard let quantization else { return Double(code) }
    return quantization.scale(0) * (Double(code) - Double(quantization.zeroPoint))
  }
}

extension Array where Element == Double {
  /// Clamped at the real values of a clamp's codes. The ends of int8 count: a stored code saturates there.
  func clamped(_ clamp: Clamp, _ tensor: Tensor) -> [Double] {
    let (low, high) = (tensor.real(clamp.minimum), tensor.real(clamp.maximum))
    return tensor.quantization == nil ? self : map { Swift.min(Swift.max($0, low), high) }
  }
}
