import ArtifactManifest
import Compiler
import Coordinator
import GraphIR
import Interpreter

/// Loss of a model file, and accuracy where it tells classes apart, by the interpreter.
struct ModelEvaluation {
  struct Result: Encodable {
    let lossKind: String
    /// 0…1; the prediction is the largest output code, the lowest index among equals. nil where there are no classes.
    let accuracy: Double?
    /// Mean: nats, or squares of the output's unit.
    let loss: Double
    let samples: Int
    let correct: Int?
    /// Of the samples' losses, where these are squared errors: what tells an anomaly from the rest.
    let quantiles: Quantiles?
  }

  struct Quantiles: Encodable {
    let median: Double
    let p90: Double
    let p99: Double
    let largest: Double

    /// - Parameter losses: at least one.
    init(_ losses: [Double]) {
      let sorted = losses.sorted()
      func at(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
      (median, p90, p99, largest) = (at(0.5), at(0.9), at(0.99), at(1))
    }
  }

  let model: String
  let data: String
  let inputScale: String
  var loss: Loss?

  func run() async throws -> Result {
    let imported = try Workspace.graph(of: model)
    let board = BoardBudget(name: "host", sramBytes: nil, flashBytes: nil, stackBytes: 0)
    let (graph, _) = try Workspace.naming(model) {
      try Pipeline.trainingGraph(imported, options: CompileOptions(update: .none, board: board, loss: loss))
    }
    let interpreter = try TrainingStepInterpreter(graph: graph)
    let manifestLoss = ArtifactManifest.Loss(graph)
    let samples = try DataLoader(
      input: .init(graph), output: .init(graph), loss: manifestLoss, inputScale: inputScale
    ).load(data)
    return Self.measure(interpreter, on: samples, manifestLoss)
  }

  private static func measure(
    _ interpreter: TrainingStepInterpreter, on samples: SampleSet, _ loss: ArtifactManifest.Loss
  ) -> Result {
    var correct = 0
    var losses: [Double] = []
    for sample in 0..<samples.count {
      let target = StepTarget(label: Int(samples.labels[sample]), values: samples.target(sample))
      let outcome = interpreter.evaluate(input: samples.input(sample), target: target)
      correct += outcome.prediction == target.label ? 1 : 0
      losses.append(Double(outcome.lossQ16) / 65536)
    }
    let count = Double(max(1, samples.count))
    let isClassification = loss.isClassification
    return Result(
      lossKind: loss.kind.rawValue, accuracy: isClassification ? Double(correct) / count : nil,
      loss: losses.reduce(0, +) / count, samples: samples.count, correct: isClassification ? correct : nil,
      quantiles: isClassification || losses.isEmpty ? nil : Quantiles(losses))
  }
}
