import ArgumentParser

struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measure an int8 model on this computer, with the device's arithmetic.")

  @Argument(help: "A .tflite file.")
  var model: String

  @Option(name: .long, help: "IMAGES,LABELS, FILE.npz[:x,y], FILE.csv:label=COLUMN or FOLDER:train|test.")
  var data: String

  @Option(name: .long, help: "What the numbers mean: auto, raw, or a factor.")
  var inputScale = "auto"

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let result = try await ModelEvaluation(model: model, data: data, inputScale: inputScale).run()
    options.print(
      result,
      text: "\(model): accuracy \(Number.percent(result.accuracy)) of \(result.samples) samples, "
        + "loss \(Number.fixed(result.loss, 4))")
  }
}
