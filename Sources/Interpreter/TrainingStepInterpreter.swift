import GraphIR

/// Runs a graph operation by operation in the integers of SEMANTICS.md: the oracle for everything that
/// computes a step elsewhere.
///
/// It takes any verified graph: an imported model (`infer` only) or a whole training step.
///
/// Invariants:
///   - The training state is `step`, `seed`, the ranges and the tensors of `StateLayout`; nothing else
///     survives from one step to the next.
///   - Every tensor keeps its own memory, so that each can be looked at after a step.
package final class TrainingStepInterpreter {
  package let graph: Graph
  package let layout: StateLayout
  /// Training steps since `reset`.
  package internal(set) var step: UInt32 = 0
  package internal(set) var seed: UInt32 = 0
  /// Since `reset`, of each of `StateLayout.countedLayers`.
  var counters: [UpdateCounts]
  let memory: TensorMemory
  var context: StepContext
  private let kernels: [any IntegerKernel]
  /// Layer to place in `counters`.
  private let counterOfLayer: [Int: Int]

  /// - Throws: `GraphError` when the graph breaks a rule of the verifier.
  package init(graph: Graph) throws {
    try graph.verify()
    self.graph = graph
    layout = StateLayout(graph)
    counters = layout.countedLayers.map { _ in UpdateCounts() }
    counterOfLayer = Dictionary(uniqueKeysWithValues: zip(layout.countedLayers, 0...))
    memory = TensorMemory(graph)
    kernels = graph.operations.map { $0.integerKernel(in: graph) }
    context = StepContext(ranges: Self.initialRanges(graph))
  }

  /// Elements of the sample.
  package var inputCount: Int { graph[graph.input].elementCount }
  /// Codes of the model's output.
  package var classCount: Int { graph[graph.output].elementCount }
  /// Values of a sample's target.
  package var targetCount: Int { graph.targetCount }

  /// Initial weights, empty ranges, step 0.
  package func reset(seed: UInt32) {
    step = 0
    self.seed = seed
    context.ranges = Self.initialRanges(graph)
    counters = counters.map { _ in UpdateCounts() }
    for segment in [layout.biases, layout.weights, layout.residuals, layout.velocities] {
      for id in segment.tensors {
        if let bytes = graph.bytes(of: id) { memory.write(bytes, to: id) }
      }
    }
  }

  /// Forward, loss, backward, update. `input` has `inputCount` codes, the target's label is below `classCount`, and it
  /// has `targetCount` values.
  ///
  /// - Parameter update: what momentum it has, and a step it does not apply, need velocity planes.
  package func train(input: [Int8], target: StepTarget, update: StepUpdate) -> StepOutcome {
    let outcome = run(input, target: target, update: update, isTraining: true) { _ in true }
    step &+= 1
    return outcome
  }

  /// Forward and loss; the training state stays as it is.
  package func evaluate(input: [Int8], target: StepTarget) -> StepOutcome {
    run(input, target: target, update: .none, isTraining: false) { !$0.isTrainingOnly }
  }

  /// Forward only.
  package func infer(input: [Int8]) -> StepOutcome {
    let nothing = StepTarget(values: Array(repeating: 0, count: targetCount))
    return run(input, target: nothing, update: .none, isTraining: false) { $0.phase == .forward && !$0.isTrainingOnly }
  }

  /// Runs one operation on what its operands hold, for tests of single kernels.
  package func run(
    operation index: Int, target: StepTarget = StepTarget(), update: StepUpdate = .none
  ) -> (lossQ16: Int32, saturated: Int, unchanged: Int) {
    context.begin(target: target, update: update, isTraining: true, step: step, seed: seed)
    kernels[index].run(memory, &context)
    return (context.lossQ16, context.saturated, context.unchanged)
  }

  private func run(
    _ input: [Int8], target: StepTarget, update: StepUpdate, isTraining: Bool, where runs: (OperationKind) -> Bool
  ) -> StepOutcome {
    precondition(input.count == inputCount, "a sample of \(input.count) codes, expected \(inputCount)")
    precondition(0..<classCount ~= target.label, "label \(target.label), expected 0..<\(classCount)")
    precondition(target.values.count == targetCount, "\(target.values.count) target values, expected \(targetCount)")
    memory.pointer(graph.input, as: Int8.self).update(from: input, count: input.count)
    context.begin(target: target, update: update, isTraining: isTraining, step: step, seed: seed)
    var time = PhaseTime()
    for (operation, kernel) in zip(graph.operations, kernels) where runs(operation.kind) {
      let start = ContinuousClock.now
      let before = UpdateCounts(context)
      kernel.run(memory, &context)
      if let layer = operation.layer, let counter = counterOfLayer[layer] {
        counters[counter].add(UpdateCounts(context), since: before)
      }
      time.add(start.duration(to: .now), to: operation.kind.phase)
    }
    return outcome(time)
  }

  private func outcome(_ time: PhaseTime) -> StepOutcome {
    let output = codes(of: graph.output)
    let prediction = output.indices.reduce(0) { output[$1] > output[$0] ? $1 : $0 }
    return StepOutcome(
      lossQ16: context.lossQ16, prediction: prediction, output: output,
      saturated: context.saturated, unchanged: context.unchanged, time: time)
  }

  private static func initialRanges(_ graph: Graph) -> [ErrorRangeState] {
    graph.errorRanges.map { ErrorRangeState(exponent: Int32($0.initialExponent)) }
  }
}

extension PhaseTime {
  fileprivate mutating func add(_ duration: Duration, to phase: Phase) {
    let parts = duration.components
    let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    switch phase {
    case .forward: forward += nanoseconds
    case .backward: backward += nanoseconds
    case .update: update += nanoseconds
    }
  }
}
