import ArgumentParser

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the model a run has trained; every byte but the trained ones is the original's.")

  @Argument(help: "The number of a run.")
  var run: Int64

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The .tflite file to write.", valueName: "out"))
  var output: String

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let run: Int64
    let path: String
    let bytes: Int
  }

  func run() async throws {
    let model = try await backendOptions.backend().model(of: run)
    try OutputFile.write(model, to: output)
    options.print(
      Report(run: run, path: output, bytes: model.count), text: "wrote \(output), \(Number.bytes(model.count))")
  }
}
