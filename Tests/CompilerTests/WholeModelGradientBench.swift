import GraphIR
import Interpreter

/// Takes real gradients back out of a training step: from how far it moved each parameter.
///
/// A step moves a weight's 16-bit code by 256 · η / s_w of its real gradient, a bias code by 2^f · η / (s_x · s_w)
/// (SEMANTICS.md, "Update"). Each parameter tensor is measured in a step of its own, from the same state, at a rate
/// that moves it far against the rounding.
struct WholeModelGradientBench {
  /// One parameter tensor, weights or bias.
  struct Parameter {
    let name: String
    let codes: TensorID
    /// Nil for a bias.
    let residual: TensorID?
    /// Real value of one unit of what moves, for each element; 0 in channels that are dead and never move.
    let units: [Double]
  }

  /// Largest moves, in units: 32 weight codes; far from the end of any bias.
  private static let weightMove = 8192.0
  private static let biasMove = 1_048_576.0
  private static let weight16Range = -(127 * 256 + 128)...(127 * 256 + 127)

  let interpreter: TrainingStepInterpreter
  /// In the order of the layers, weights before bias.
  let parameters: [Parameter]

  init(_ graph: Graph) throws {
    interpreter = try TrainingStepInterpreter(graph: graph)
    parameters = graph.trainedParameters()
  }

  /// Steps that change no parameter, until every error range follows the sample.
  func settle(_ input: [Int8], label: Int) {
    interpreter.reset(seed: 0)
    for _ in interpreter.graph.errorRanges {
      let exponents = interpreter.ranges.map(\.exponent)
      _ = interpreter.train(input: input, target: .init(label: label), update: .none)
      if interpreter.ranges.map(\.exponent) == exponents { return }
    }
  }

  /// Codes of the classifier, before any softmax.
  var logits: [Int8] {
    let head = interpreter.graph.operations.first { if case .requantize = $0.kind { true } else { false } }
    return head.map { interpreter.codes(of: $0.outputs[0]) } ?? []
  }

  /// The gradient of one tensor from one step; the state is then as before.
  ///
  /// - Parameter expected: what the gradients will be, about: chooses the rate.
  /// - Returns: real gradients, nil in dead channels and where the step met the end of the weight's range.
  func measure(_ parameter: Parameter, expected: ArraySlice<Double>, input: [Int8], label: Int) throws -> [Double?] {
    let peak = zip(expected, parameter.units).reduce(0) { $1.1 > 0 ? max($0, abs($1.0 / $1.1)) : $0 }
    guard peak > 0 else { return parameter.units.map { $0 > 0 ? 0 : nil } }
    let exponent = min(30, ((parameter.residual == nil ? Self.biasMove : Self.weightMove) / peak).exponent)
    let rate = Double(sign: .plus, exponent: Int(exponent), significand: 1)
    let state = interpreter.segmentBytes()
    let before = values(of: parameter)
    _ = interpreter.train(
      input: input, target: .init(label: label),
      update: StepUpdate(rate: StepRate(mantissa: 1 << 30, shift: UInt32(30 - Int(exponent)))))
    let after = values(of: parameter)
    try interpreter.loadSegments(state)
    return before.indices.map { index in
      let isClamped = parameter.residual != nil
        && (after[index] <= Self.weight16Range.lowerBound || after[index] >= Self.weight16Range.upperBound)
      return isClamped || parameter.units[index] == 0 ? nil : Double(before[index] - after[index]) * parameter.units[index] / rate
    }
  }

  /// 16-bit weights, or bias codes with their fraction bits.
  private func values(of parameter: Parameter) -> [Int] {
    let codes = interpreter.values(of: parameter.codes).map(Int.init)
    guard let residual = parameter.residual else { return codes }
    return zip(codes, interpreter.values(of: residual)).map { 256 * $0 + Int($1) }
  }
}

extension Graph {
  fileprivate func trainedParameters() -> [WholeModelGradientBench.Parameter] {
    let layout = StateLayout(self)
    let residuals = Dictionary(uniqueKeysWithValues: zip(layout.weights.tensors, layout.residuals.tensors))
    return operations.flatMap { operation -> [WholeModelGradientBench.Parameter] in
      guard operation.kind.isLayer, let weighting = operation.kind.weighting, let bias = operation.inputs.last else {
        return []
      }
      let weights = weighting.planes(operation.inputs).trained.map { plane in
        let units = weightChannels(of: plane, operation.kind).map { weighting.livingScale($0) / 256 }
        return WholeModelGradientBench.Parameter(
          name: self[plane].name, codes: plane, residual: residuals[plane], units: units)
      }
      let biases = self[bias].isState ? bias : nil
      return [weights, biases.map { parameter(ofBias: $0, weighting) }].compactMap(\.self)
    }
  }

  private func parameter(ofBias bias: TensorID, _ weighting: Weighting) -> WholeModelGradientBench.Parameter {
    let fraction = Double(1 << weighting.biasFractionBits)
    let units = (0..<self[bias].elementCount).map {
      Double(weighting.inputScale) * weighting.livingScale($0) / fraction
    }
    return WholeModelGradientBench.Parameter(name: self[bias].name, codes: bias, residual: nil, units: units)
  }

  /// The output channel of each element of a weight tensor.
  private func weightChannels(of plane: TensorID, _ kind: OperationKind) -> [Int] {
    let count = self[plane].elementCount
    if case .depthwiseConv2D(_, let weighting, _) = kind { return (0..<count).map { $0 % weighting.channels } }
    let row = count / self[plane].shape[0]
    return (0..<count).map { $0 / row }
  }
}

extension Weighting {
  /// The weight scale of a channel that learns, 0 of a dead one.
  fileprivate func livingScale(_ channel: Int) -> Double {
    let scale = weightScale(channel)
    return scale < Weighting.deadScale ? 0 : scale
  }
}
