import GraphIR
import Interpreter
import Testing

/// What momentum, batches, weight decay and roundings do to a weight, against the formulas in real numbers.
@Suite struct UpdateRuleTests {
  /// One weight update after another under gradients of the test's own making: the error of the logits is written,
  /// the update is run, and 16-bit weights are read.
  private struct Bench {
    let graph: Graph
    let interpreter: TrainingStepInterpreter

    init(_ rule: UpdateRule, seed: UInt32 = 5) throws {
      graph = DenseStep.graph(rule)
      interpreter = try TrainingStepInterpreter(graph: graph)
      interpreter.reset(seed: seed)
      interpreter.write(DenseStep.sample.map { UInt8(bitPattern: $0) }, to: graph.input)
    }

    private var operation: GraphIR.Operation { graph.operations[DenseStep.updateWeights] }

    /// - Returns: the gradients dL/dw in 16-bit codes per unit of learning rate, as the step sees them.
    func step(_ errors: [Int16], _ update: StepUpdate) -> [Double] {
      interpreter.write(errors.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }, to: operation.inputs[1])
      _ = interpreter.run(operation: DenseStep.updateWeights, update: update)
      let unit = 256 * Double(DenseStep.inputScale) / Double(DenseStep.weightScale) / 4096
      return errors.flatMap { error in DenseStep.sample.map { Double(error) * Double($0) * unit } }
    }

    /// In 256ths of a code.
    var weights: [Double] {
      let codes = interpreter.values(of: operation.inputs[2])
      guard operation.inputs.count > 3, graph[operation.inputs[3]].element == .int8 else {
        return codes.map { Double($0) * 256 }
      }
      return zip(codes, interpreter.values(of: operation.inputs[3])).map { Double($0 * 256 + $1) }
    }
  }

  private static let velocity = UpdateRule(hasVelocity: true)

  private func rate(_ value: Double) -> StepRate {
    let factor = FixedPointFactor(value)
    return StepRate(mantissa: UInt32(factor.multiplier), shift: UInt32(factor.shift))
  }

  private func errors(_ step: Int) -> [Int16] {
    (0..<3).map { Int16(((step * 7919 + $0 * 104_729) % 201) - 100 + (step % 3 - 1) * 20) }
  }

  /// `torch.optim.SGD`: v ← momentum · v + g, w ← w − rate · v, at a constant rate.
  @Test(arguments: [0, 0.5, 0.9, 0.99]) func momentum_followsTheFormulaOfPyTorch(momentum: Double) throws {
    let bench = try Bench(Self.velocity)
    let order = StepUpdate(rate: rate(1e-3), momentum: UInt16(momentum * 65536))
    let exact = Double(order.momentum) / 65536
    var weights = bench.weights
    var velocity = [Double](repeating: 0, count: weights.count)
    for step in 0..<300 {
      let gradients = bench.step(errors(step), order)
      velocity = zip(velocity, gradients).map { exact * $0 + 1e-3 * $1 }
      weights = zip(weights, velocity).map(-)
    }
    let bound = 0.5 / (1 - exact) + 0.5  // SEMANTICS.md, and the rounding of 300 gradients
    for (found, expected) in zip(bench.weights, weights) where abs(expected) < 32_000 {
      #expect(abs(found - expected) < bound, "\(momentum): found \(found), expected \(expected)")
    }
  }

  /// The steps of a batch at a rate divided by its length are one step with the mean gradient.
  @Test(arguments: [1, 2, 8, 50]) func batch_isAStepWithTheMeanGradient(length: Int) throws {
    let bench = try Bench(Self.velocity)
    var weights = bench.weights
    for batch in 0..<20 {
      let before = bench.weights
      for position in 0..<length {
        let isLast = position == length - 1
        let gradients = bench.step(
          errors(batch * length + position), StepUpdate(rate: rate(2e-3 / Double(length)), applies: isLast))
        weights = zip(weights, gradients).map { $0 - 2e-3 / Double(length) * $1 }
        if !isLast { #expect(bench.weights == before) }
      }
    }
    for (found, expected) in zip(bench.weights, weights) {
      #expect(abs(found - expected) <= 0.51, "found \(found), expected \(expected)")
    }
  }

  /// Steps far below a 16-bit code are lost one by one and kept in a velocity.
  @Test func smallSteps_areKeptByTheVelocity() throws {
    let small = StepUpdate(rate: rate(1e-6))
    let (plain, summing) = (try Bench(UpdateRule()), try Bench(Self.velocity))
    let before = plain.weights
    for _ in 0..<4000 {
      _ = plain.step([100, 100, 100], small)
      _ = summing.step([100, 100, 100], small)
    }
    #expect(plain.weights == before)
    #expect(zip(summing.weights, before).contains { abs($0 - $1) > 3 })
  }

  @Test func velocity_comesToRest() throws {
    let bench = try Bench(Self.velocity)
    _ = bench.step([4000, -4000, 100], StepUpdate(rate: rate(1e-3), momentum: 65_535, applies: false))
    for _ in 0..<200 { _ = bench.step([0, 0, 0], StepUpdate(rate: .zero, momentum: 60_000)) }
    let rest = bench.weights
    for _ in 0..<50 { _ = bench.step([0, 0, 0], StepUpdate(rate: .zero, momentum: 60_000)) }
    #expect(bench.weights == rest)
  }

  @Test(arguments: [UpdateRule(), velocity, UpdateRule(storage: .stochastic), UpdateRule(storage: .nearest)])
  func decay_takesItsShareOfEveryWeight(rule: UpdateRule) throws {
    let bench = try Bench(rule)
    let before = bench.weights
    _ = bench.step([0, 0, 0], StepUpdate(rate: .zero, decay: 16_384))
    let grain: Double = rule.storage == .residual ? 0.5 : rule.storage == .nearest ? 128 : 256
    for (found, start) in zip(bench.weights, before) {
      #expect(abs(found - start * 0.75) <= grain, "\(rule): found \(found) from \(start)")
    }
  }

  /// Decay waits for the step that applies.
  @Test func heldStep_movesNoWeight() throws {
    let bench = try Bench(Self.velocity)
    let before = bench.weights
    _ = bench.step([900, -900, 30], StepUpdate(rate: rate(0.01), momentum: 100, decay: 16_384, applies: false))
    #expect(bench.weights == before)
  }

  /// Steps of a tenth of a code: rounding at random goes where the sum of the steps goes, rounding to nearest nowhere.
  @Test func stochasticRounding_isRightOnAverage() throws {
    let unit = 256 * Double(DenseStep.inputScale) / Double(DenseStep.weightScale) / 4096
    let order = StepUpdate(rate: rate(25.6 / (100 * 90 * unit)))  // 0.1 of a code for the third input
    let (random, nearest) = (try Bench(UpdateRule(storage: .stochastic)), try Bench(UpdateRule(storage: .nearest)))
    let before = random.weights
    var moved = 0.0
    for seed in 0..<400 as Range<UInt32> {
      random.interpreter.reset(seed: seed)
      _ = random.step([100, 100, 100], order)
      moved += before[2] - random.weights[2]
      _ = nearest.step([100, 100, 100], order)
    }
    // 400 draws with p = 0.1: a standard deviation of 0.015 of a code.
    #expect(abs(moved / 400 / 256 - 0.1) < 0.06)
    #expect(nearest.weights[2] == before[2])
  }

  @Test func stochasticRounding_isAFunctionOfSeedAndStep() throws {
    let (a, b) = (try Bench(UpdateRule(storage: .stochastic)), try Bench(UpdateRule(storage: .stochastic)))
    let other = try Bench(UpdateRule(storage: .stochastic), seed: 6)
    let order = StepUpdate(rate: rate(0.01))
    for bench in [a, b, other] { _ = bench.step([70, -30, 55], order) }
    #expect(a.weights == b.weights)
    #expect(a.weights != other.weights)
  }

  /// Without quantization-aware scaling the step on a code is s_w² of what it is with it.
  @Test func scalingNone_leavesTheSquareOfTheScaleOut() {
    let weighting = Weighting(
      clamp: Clamp(), weightScales: [0.5, 0.25], inputScale: 0.125, channels: 1, biasFractionBits: 3)
    func value(_ factor: FixedPointFactor) -> Double {
      Double(factor.multiplier) * Double(sign: .plus, exponent: -Int(factor.shift), significand: 1)
    }
    let none = UpdateRule(scaling: .none)
    #expect(weighting.weightUpdateFactors(count: 2, UpdateRule()).map(value) == [64, 128])
    #expect(weighting.weightUpdateFactors(count: 2, none).map(value) == [16, 8])
    #expect(weighting.biasUpdateFactors(count: 2, UpdateRule()).map(value) == [128, 256])
    #expect(weighting.biasUpdateFactors(count: 2, none).map(value) == [0.5, 0.25])
    #expect(weighting.weightUpdateFactors(count: 1, Self.velocity).map(value) == [64 * 65_536])
  }

  /// A checkpoint within a batch holds all that the rest of the batch needs.
  @Test func checkpointWithinABatch_goesOnAlike() throws {
    let graph = DenseStep.graph(Self.velocity)
    func order(_ step: Int) -> StepUpdate {
      StepUpdate(rate: rate(0.02), momentum: 58_982, decay: step % 4 == 3 ? 256 : 0, applies: step % 4 == 3)
    }
    let whole = try TrainingStepInterpreter(graph: graph)
    whole.reset(seed: 1)
    for step in 0..<20 { _ = whole.train(input: DenseStep.sample, target: .init(label: step % 3), update: order(step)) }
    let (first, second) = (try TrainingStepInterpreter(graph: graph), try TrainingStepInterpreter(graph: graph))
    first.reset(seed: 1)
    for step in 0..<10 { _ = first.train(input: DenseStep.sample, target: .init(label: step % 3), update: order(step)) }
    try second.loadSegments(first.segmentBytes())
    for step in 10..<20 { _ = second.train(input: DenseStep.sample, target: .init(label: step % 3), update: order(step)) }
    #expect(second.segmentBytes() == whole.segmentBytes())
  }

  @Test func counters_sumWhatTheStepsReport() throws {
    let interpreter = try TrainingStepInterpreter(graph: DenseStep.graph())
    interpreter.reset(seed: 0)
    var (saturated, unchanged) = (0, 0)
    for step in 0..<40 {
      let outcome = interpreter.train(
        input: DenseStep.sample, target: .init(label: step % 3), update: StepUpdate(rate: rate(step % 2 == 0 ? 8 : 1e-6)))
      saturated += outcome.saturated
      unchanged += outcome.unchanged
    }
    #expect(saturated > 0 && unchanged > 0)
    let bytes = interpreter.segmentBytes(6)
    func number(_ offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
    #expect(bytes.count == 16)
    #expect(number(0) == saturated && number(8) == unchanged)
  }
}
