import Foundation
import GraphIR
import Interpreter
import Testing

extension Double {
  fileprivate var scientific: String { String(format: "%.1e", self) }
}

/// Backward rules are the derivatives of the forward operations: the float twin against finite differences
/// of itself, the integers against the twin.
@Suite struct GradientTests {
  @Test(arguments: GradientCase.all)
  func twin_matchesFiniteDifferences(_ gradientCase: GradientCase) throws {
    var twin = try FloatTwin(graph: gradientCase.graph)
    runAll(&twin, gradientCase)
    for gradient in gradientCase.gradients {
      let (variable, analytic) = real(gradient, twin)
      let numeric = (0..<analytic.count).map { difference(gradientCase, twin, variable, $0) }
      let worst = zip(analytic, numeric).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? 0
      report(gradientCase, variable, "rule against differences: off by at most \(worst.scientific)")
      for (index, pair) in zip(analytic, numeric).enumerated() {
        #expect(
          abs(pair.0 - pair.1) <= 1e-6 * (1 + abs(pair.1)),
          "\(gradientCase.graph[variable].name)[\(index)]: rule \(pair.0), differences \(pair.1)")
      }
    }
  }

  @Test(arguments: GradientCase.all)
  func integers_followTheTwin(_ gradientCase: GradientCase) throws {
    let graph = gradientCase.graph
    var twin = try FloatTwin(graph: graph)
    runAll(&twin, gradientCase)
    let interpreter = try TrainingStepInterpreter(graph: graph)
    fitRange(interpreter, twin, gradientCase)
    for (index, operation) in graph.operations.enumerated() where operation.kind.phase != .update {
      _ = interpreter.run(operation: index, target: gradientCase.target)
    }
    twin = try FloatTwin(graph: graph)
    runAll(&twin, gradientCase, masks: interpreter)
    for gradient in gradientCase.gradients {
      let (variable, expected) = real(gradient, twin)
      let found =
        switch gradient {
        case .errors(_, let errors): interpreter.errors(of: errors)
        case .update(let parameter, let operation):
          updateGradient(interpreter, parameter, operation, expected)
        }
      let cosine = cosine(found, expected)
      #expect(cosine >= 0.999, "\(graph[variable].name): cosine \(cosine)")
      let ratio = norm(found) / norm(expected)
      #expect(abs(ratio - 1) <= 0.01, "\(graph[variable].name): norm off by \(ratio)")
      report(gradientCase, variable, "integers against rule: 1 - cosine \((1 - cosine).scientific)")
    }
  }

  /// One row of the table of gradients: operation, what the gradient is of, figure.
  private func report(_ gradientCase: GradientCase, _ variable: TensorID, _ figure: String) {
    let name = gradientCase.description.padding(toLength: 46, withPad: " ", startingAt: 0)
    print(name, gradientCase.graph[variable].name.padding(toLength: 10, withPad: " ", startingAt: 0), figure)
  }

  /// The loss takes the real value of an accumulator, which its case gives as 1/256. `masks` stand in for
  /// the twin's own, because a clamp is judged on stored codes: a value within half a code of it is outside.
  private func runAll(
    _ twin: inout FloatTwin, _ gradientCase: GradientCase, masks: TrainingStepInterpreter? = nil
  ) {
    for (index, operation) in twin.graph.operations.enumerated() {
      if case .clampMask = operation.kind, let masks {
        twin[operation.outputs[0]] = masks.values(of: operation.outputs[0]).map(Double.init)
        continue
      }
      if operation.kind.isLoss { twin[operation.inputs[0]] = twin[operation.inputs[0]].map { $0 / 256 } }
      twin.run(operation: index, target: gradientCase.target)
    }
  }

  private func real(_ gradient: GradientCase.Gradient, _ twin: FloatTwin) -> (TensorID, [Double]) {
    switch gradient {
    case .errors(let variable, let errors): (variable, twin[errors])
    case .update(let variable, _): (variable, twin.gradients[variable] ?? [])
    }
  }

  /// dL/dvariable[index] by a central difference.
  private func difference(
    _ gradientCase: GradientCase, _ twin: FloatTwin, _ variable: TensorID, _ index: Int
  ) -> Double {
    let step = 1e-5
    return
      (objective(gradientCase, twin, variable, index, step)
      - objective(gradientCase, twin, variable, index, -step)) / (2 * step)
  }

  /// L = loss, or Σ dy · y, after moving one element.
  private func objective(
    _ gradientCase: GradientCase, _ twin: FloatTwin, _ variable: TensorID, _ index: Int, _ step: Double
  ) -> Double {
    var twin = twin
    twin.values[variable.index][index] += step
    twin.run(operation: 0, target: gradientCase.target)
    guard let dy = gradientCase.graph.tensors.firstIndex(where: { $0.name == "dy" }) else { return twin.loss }
    let y = twin[gradientCase.graph.operations[0].outputs[0]]
    return zip(y, twin.values[dy]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Gives dx the exponent that peak-hold would have settled on.
  private func fitRange(
    _ interpreter: TrainingStepInterpreter, _ twin: FloatTwin, _ gradientCase: GradientCase
  ) {
    guard let dx = gradientCase.graph.tensors.firstIndex(where: { $0.name == "dx" && $0.errorRange == 1 })
    else { return }
    let peak = twin.values[dx].map(abs).reduce(0, max)
    interpreter.ranges[1].exponent = Int32(peak.exponent) - 13
  }

  /// The gradient that an update's change of a parameter amounts to: -change / rate, in real units.
  private func updateGradient(
    _ interpreter: TrainingStepInterpreter, _ parameter: TensorID, _ operation: Int, _ expected: [Double]
  ) -> [Double] {
    let graph = interpreter.graph
    guard let weighting = graph.operations[operation].kind.weighting else { return [] }
    let isBias = graph[parameter].element == .int32
    let depthwise = if case .depthwiseConv2DUpdateWeights = graph.operations[operation].kind { true } else { false }
    let rowCount = expected.count / graph[parameter].shape[0]
    let units = expected.indices.map { index -> Double in
      let scale = weighting.weightScale(
        depthwise ? index % weighting.trainedChannels : isBias ? index : index / rowCount)
      return isBias ? scale * Double(weighting.inputScale) / Double(1 << weighting.biasFractionBits) : scale / 256
    }
    // A rate with which the largest change is 4000 units: fine enough to see, too small to saturate.
    let largest = zip(expected, units).map { abs($0 / $1) }.reduce(0, max)
    let factor = FixedPointFactor(4000 / largest)
    let rate = StepRate(mantissa: UInt32(factor.multiplier), shift: UInt32(factor.shift))
    let before = codes(interpreter, parameter, operation)
    let counts = interpreter.run(operation: operation, update: StepUpdate(rate: rate))
    #expect(counts.saturated == 0)
    let after = codes(interpreter, parameter, operation)
    return zip(zip(before, after), units).map { change, unit in
      (change.0 - change.1) * unit * largest / 4000
    }
  }

  /// A bias's codes, or a weight's 16-bit codes.
  private func codes(
    _ interpreter: TrainingStepInterpreter, _ parameter: TensorID, _ operation: Int
  ) -> [Double] {
    let high = interpreter.values(of: parameter)
    guard interpreter.graph[parameter].element == .int8 else { return high.map(Double.init) }
    let low = interpreter.values(of: interpreter.graph.operations[operation].inputs[3])
    return zip(high, low).map { Double(256 * $0 + $1) }
  }

  private func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func cosine(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (norm(a) * norm(b))
  }
}
