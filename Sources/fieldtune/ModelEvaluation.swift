import Compiler
import Coordinator
import GraphIR
import Interpreter

/// Accuracy and loss of a model file, by the interpreter.
struct ModelEvaluation {
  struct Result: Encodable {
    /// 0…1; the prediction is the largest output code, the lowest index among equals.
    let accuracy: Double
    /// Mean cross-entropy in nats.
    let loss: Double
    let samples: Int
    let correct: Int
  }

  let model: String
  let data: String
  let inputScale: String

  func run() async throws -> Result {
    let imported = try Workspace.graph(of: model)
    let (graph, _) = try Pipeline.trainingGraph(
      imported,
      options: CompileOptions(update: .none, board: .init(name: "host", sramBytes: nil, flashBytes: nil, stackBytes: 0))
    )
    let interpreter = try TrainingStepInterpreter(graph: graph)
    let quantization = graph[graph.input].quantization
    let samples = try await DataLoader(
      scale: quantization?.scales.first ?? 1, zeroPoint: Int(quantization?.zeroPoint ?? 0),
      inputBytes: interpreter.inputCount, classCount: interpreter.classCount, inputScale: inputScale
    ).load(data, liveCount: nil)
    return Self.measure(interpreter, on: samples)
  }

  private static func measure(_ interpreter: TrainingStepInterpreter, on samples: SampleSet) -> Result {
    var correct = 0
    var loss = 0.0
    for sample in 0..<samples.count {
      let label = Int(samples.labels[sample])
      let outcome = interpreter.evaluate(input: samples.input(sample), label: label)
      correct += outcome.prediction == label ? 1 : 0
      loss += Double(outcome.lossQ16) / 65536
    }
    let count = Double(max(1, samples.count))
    return Result(accuracy: Double(correct) / count, loss: loss / count, samples: samples.count, correct: correct)
  }
}
