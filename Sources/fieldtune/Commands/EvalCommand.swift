import ArgumentParser
import GraphIR

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measure an int8 model on this computer, with the device's arithmetic.")

  @Argument(help: "A .tflite file.")
  var model: String

  @Option(name: .long, help: "IMAGES,LABELS, FILE.npz[:x,y], FILE.csv:label=COLUMN or FOLDER:train|test.")
  var data: String

  @Option(name: .long, help: "What the numbers mean: auto, raw, or a factor.")
  var inputScale = "auto"

  @Option(name: .long, help: "cross-entropy, soft-cross-entropy, mse or reconstruction; absent: what the model's end speaks for.")
  var loss: Loss?

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let result = try await ModelEvaluation(model: model, data: data, inputScale: inputScale, loss: loss).run()
    options.print(result, text: "\(model): " + Self.text(of: result))
  }

  private static func text(of result: ModelEvaluation.Result) -> String {
    let loss = "\(result.lossKind) \(Number.fixed(result.loss, 4))"
    if let accuracy = result.accuracy {
      return "accuracy \(Number.percent(accuracy)) of \(result.samples) samples, \(loss)"
    }
    guard let quantiles = result.quantiles else { return loss }
    let figures = [quantiles.median, quantiles.p90, quantiles.p99, quantiles.largest].map { Number.fixed($0, 4) }
    return "\(loss) over \(result.samples) samples (median \(figures[0]), 90 % \(figures[1]), 99 % \(figures[2]), largest \(figures[3]))"
  }
}
