import ArgumentParser
import Coordinator
import Foundation

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model on a device with data streamed from here.")

  @Argument(help: "A folder written by 'fieldtune compile', or a .tflite file, which is compiled with defaults.")
  var model: String

  @OptionGroup var training: TrainingOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var settings: CompileSettings
  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  @Option(name: .long, help: ArgumentHelp("Write the trained model here.", valueName: "out.tflite"))
  var export: String?

  func run() async throws {
    let interrupt = Interrupt()
    if let export { try OutputFile.check(export) }
    let names = try device.resolvedAll()
    let prepared = try PreparedArtifact(model, device: names[0], settings: compileSettings, note: { options.note($0) })
    let trace = try device.openTrace(of: names)
    let opener = DeviceOpener(
      artifact: prepared.artifact, baud: device.baud, trace: trace, faults: device.fault, note: { options.note($0) })
    let opened = try names.map { try opener.open($0) }
    let session = TrainingSession(
      artifact: prepared.artifact, devices: opened, baud: device.baud, training: training,
      progress: RunProgress(options), interrupt: interrupt)
    let backend = try await backendOptions.backend()
    if case .daemon = backend, trace != nil {
      throw Failure(.usage, code: "usage", "--trace: a daemon has the line: add --local to train in this process")
    }
    if case .daemon(let daemon) = backend, let page = try await daemon.ping().page { options.note("page: \(page)") }
    let result = try await session.run(in: backend)
    if let failure = trace?.failure { Console.note("fieldtune: \(failure)") }
    if let export {
      try await write(result.run, of: backend, to: export)
    }
    options.print(result, text: Self.text(of: result))
    if result.state == "stopped" {
      Console.note(
        "fieldtune: run \(result.run) was stopped after \(result.steps) steps; resume it with the same command and --resume \(result.run)"
      )
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  /// A model that is compiled for this run gets the planes that the run needs.
  private var compileSettings: CompileSettings {
    var settings = settings
    if training.optimizer.needsVelocity, settings.velocity == nil { settings.velocity = true }
    return settings
  }

  private func write(_ run: Int64, of backend: RunBackend, to path: String) async throws {
    do {
      try OutputFile.write(try await backend.model(of: run), to: path)
    } catch {
      guard let failure = Failure(error) else { throw error }
      throw Failure(
        failure.status, code: failure.code,
        "\(failure.message); run \(run) is kept: fieldtune export \(run) -o …")
    }
    options.note("wrote \(path)")
  }

  private static func text(of result: TrainResult) -> String {
    var table = TextTable(["run \(result.run)", ""])
    table.add(["steps", "\(result.steps)"])
    if result.accuracy.after != nil || result.accuracy.before != nil {
      table.add([
        "accuracy", "\(Number.percent(result.accuracy.before)) before, \(Number.percent(result.accuracy.after)) after",
      ])
    }
    let losses = [result.evaluationLoss.before, result.evaluationLoss.after].map { $0.map { Number.fixed($0, 4) } ?? "-" }
    table.add(["loss", "\(losses[0]) before, \(losses[1]) after"])
    table.add([
      "mean step",
      "\(Number.grouped(Int(result.cost.forward))) forward, \(Number.grouped(Int(result.cost.backward))) backward, "
        + "\(Number.grouped(Int(result.cost.update))) update, \(Number.grouped(Int(result.cost.wait))) wait (\(result.cost.unit))",
    ])
    table.add(["digest", result.digest])
    return table.text + (result.layers.isEmpty ? "" : "\n" + layers(of: result))
  }

  private static func layers(of result: TrainResult) -> String {
    var table = TextTable(["updates of", "", "met an end", "rounded to zero"])
    for layer in result.layers {
      let updates = Double(max(layer.updates, 1))
      table.add([
        layer.layer, Number.grouped(layer.updates), Number.percent(Double(layer.saturated) / updates),
        Number.percent(Double(layer.unchanged) / updates),
      ])
    }
    return table.text
  }
}
