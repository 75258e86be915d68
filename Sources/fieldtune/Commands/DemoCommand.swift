import ArgumentParser
import ArtifactManifest
import Coordinator
import FirmwareBuild
import Foundation
import Telemetry

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show a microcontroller learn: a digit reader whose camera hangs upside down, on a Cortex-M7 in QEMU.")

  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to leave the results.", valueName: "dir"))
  var output = "fieldtune-demo"

  @Option(name: .long, help: ArgumentHelp("Another device than QEMU's Cortex-M7.", valueName: "device"))
  var device = DeviceName.qemu(board: nil)

  @Option(name: .long, parsing: .unconditional, help: "How often to go through the data.")
  var epochs = 2

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    let result: TrainResult
    let model: String
    let chart: String
    /// Of the exported file, by `fieldtune eval`.
    let exportedAccuracy: Double?
    let originalAccuracy: Double?
  }

  func validate() throws {
    guard epochs > 0 else { throw ValidationError("--epochs: found \(epochs), expected at least 1") }
  }

  func run() async throws {
    let interrupt = Interrupt()
    let content = try DemoContent.locate()
    let folder = URL(fileURLWithPath: output)
    let artifact = try compile(content, into: folder.appendingPathComponent("artifact"))
    let progress = RunProgress(options)
    let (store, result) = try await train(artifact, content, progress, interrupt)
    let trained = folder.appendingPathComponent("digits-trained.tflite").path
    try OutputFile.write(try await RunExport.model(of: result.run, in: store), to: trained)
    let chart = folder.appendingPathComponent("loss.svg").path
    try OutputFile.write(
      Array(LossChart(title: "Loss while learning on \(result.board)", losses: result.loss).svg.utf8), to: chart)
    let before = try await ModelEvaluation(model: content.model, data: content.evaluation, inputScale: "auto").run()
    let after = try await ModelEvaluation(model: trained, data: content.evaluation, inputScale: "auto").run()
    let report = Report(
      result: result, model: trained, chart: chart, exportedAccuracy: after.accuracy, originalAccuracy: before.accuracy)
    options.print(report, text: Self.text(of: report, before: before, after: after))
    if result.state == "stopped" {
      Console.note("fieldtune: the demo was stopped after \(result.steps) steps")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  private func compile(_ content: DemoContent, into folder: URL) throws -> Artifact {
    options.note("compiling \(Workspace.modelName(content.model)).tflite for \(Workspace.defaultBoard)")
    let board = try Workspace.catalog().board(named: Workspace.defaultBoard)
    let compiled = try Workspace.compile(
      content.model, board: board, options: try CompileSettings.parse([]), isForced: false)
    try compiled.write(to: folder)
    let report = CompileReport(compiled, path: folder.path, boardBytes: board.sramBytes, explains: false)
    options.note("\n" + report.text)
    return try Artifact(opening: folder)
  }

  private func train(
    _ artifact: Artifact, _ content: DemoContent, _ progress: RunProgress, _ interrupt: Interrupt
  ) async throws -> (store: RunStore, result: TrainResult) {
    let training = try TrainingOptions.parse([
      "--data", content.training, "--eval", content.evaluation, "--epochs", "\(epochs)", "--lr", Self.learningRate,
      "--schedule", "cosine",
    ])
    let opened = try DeviceOpener(artifact: artifact, baud: .automatic, note: { options.note($0) }).open(device)
    let store = try options.openStore()
    let result = try await TrainingSession(
      artifact: artifact, devices: [opened], baud: .automatic, training: training, progress: progress,
      interrupt: interrupt, takesResume: false
    ).run(in: .local(store))
    return (store, result)
  }

  private static let learningRate = "0.01"

  private static func text(of report: Report, before: ModelEvaluation.Result, after: ModelEvaluation.Result) -> String {
    let result = report.result
    var table = TextTable(["357 digits it has not learned from", "before", "after"])
    table.add([
      "on the device (\(result.board))", Number.percent(result.accuracy.before), Number.percent(result.accuracy.after),
    ])
    table.add(["the .tflite file, on this computer", Number.percent(before.accuracy), Number.percent(after.accuracy)])
    table.add(["loss of the file", Number.fixed(before.loss, 3), Number.fixed(after.loss, 3)])
    return "\n" + table.text + """

      \(result.steps) training steps, mean \(Number.grouped(Int(result.cost.forward))) forward, \
      \(Number.grouped(Int(result.cost.backward))) backward, \(Number.grouped(Int(result.cost.update))) update \
      (\(result.cost.unit)); digest \(result.digest)
      trained model: \(report.model)
      loss curve:    \(report.chart)

      """
  }
}
