import ArgumentParser
import Coordinator
import Foundation
import Telemetry

struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ckpt", abstract: "Copies of a run's whole training state: list them, write one to a file, go back to one, keep one on the board.",
    subcommands: [List.self, Export.self, Restore.self, Keep.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The checkpoints that are kept, the newest first.")

    @Argument(help: "The number of a run.")
    var run: Int64

    @OptionGroup var backendOptions: BackendOptions
    @OptionGroup var options: GlobalOptions

    struct Report: Encodable {
      let run: Int64
      let checkpoints: [CheckpointSummary]
    }

    func run() async throws {
      let list = try await backendOptions.backend().checkpoints(of: run)
      var table = TextTable(["checkpoint", "before position", "digest", "bytes", "taken"])
      for item in list {
        table.add([
          "\(item.generation)", "\(item.position)", item.digest, Number.grouped(item.bytes),
          Date(timeIntervalSince1970: Double(item.createdMilliseconds) / 1000).formatted(.iso8601),
        ])
      }
      options.print(Report(run: run, checkpoints: list), text: list.isEmpty ? "run \(run): no checkpoint yet" : table.text)
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a checkpoint to a file.")

    @Argument(help: "The number of a run.")
    var run: Int64

    @Option(name: .long, help: ArgumentHelp("Which one; the newest that is intact when absent.", valueName: "n"))
    var checkpoint: Int?

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @OptionGroup var backendOptions: BackendOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let bytes = try await backendOptions.backend().checkpoint(of: run, generation: checkpoint)
      try OutputFile.write(bytes, to: output)
      options.print(
        ExportCommand.Report(run: run, path: output, bytes: bytes.count), text: "wrote \(output), \(Number.bytes(bytes.count))")
    }
  }

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a run that was paused or stopped back to a checkpoint; what came after is forgotten.")

    @OptionGroup var order: RunOrder

    @Option(name: .long, help: ArgumentHelp("Which one; the newest that is intact when absent.", valueName: "n"))
    var checkpoint: Int?

    @Option(name: .long, help: ArgumentHelp("One that 'fieldtune ckpt export' wrote.", valueName: "file"))
    var file: String?

    func validate() throws {
      guard checkpoint == nil || file == nil else { throw ValidationError("--checkpoint and --file exclude each other") }
    }

    func run() async throws {
      let bytes = try file.map { try Workspace.readFile($0, what: "checkpoint") }
      if let file, bytes?.isEmpty == true {
        throw Failure(.badData, code: "data", "\(file): found an empty file, expected one that 'fieldtune ckpt export' wrote")
      }
      switch try await order.backendOptions.backend() {
      case .daemon(let client):
        try await client.restore(order.run, generation: checkpoint, file: bytes ?? [])
      case .local(let store):
        try await RunCheckpoints.restore(order.run, generation: checkpoint, file: bytes, in: store)
      }
      order.report("restored; resume it to go on from there")
    }
  }

  struct Keep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have a board keep its training state in its own flash: after a loss of power it goes on from there.")

    @Argument(help: "For loopback, host, qemu and emulator: an artifact's folder or a .tflite file; the demo model when absent.")
    var model: String?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var settings: CompileSettings
    @OptionGroup var options: GlobalOptions

    struct Report: Encodable {
      let device: String
      let run: String
      let position: Int
      let generation: Int
      let milliseconds: Int
    }

    func run() async throws {
      let interrupt = Interrupt()
      defer { withExtendedLifetime(interrupt) {} }
      let name = try device.resolved()
      let prepared = try PreparedArtifact(
        model ?? DemoContent.locate().model, device: name, settings: settings, note: { options.detail($0) })
      let source = try DeviceOpener(
        artifact: prepared.artifact, baud: device.baud, faults: device.fault, note: { options.detail($0) }
      ).open(name).source
      let connection = try await source.connect()
      let report: Report
      do {
        report = try await keep(on: connection, source.name)
      } catch {
        await connection.close()
        throw error
      }
      await connection.close()
      options.print(
        report,
        text: "\(report.device) keeps its state before position \(report.position) of run \(report.run): "
          + "generation \(report.generation), \(report.milliseconds) ms")
    }

    private func keep(on connection: any DeviceConnection, _ name: String) async throws -> Report {
      let kept = try await connection.keepState()
      guard kept.result == .kept else {
        throw Failure(.refused, code: "device-refused", "\(name): its state is not kept: \(kept.result.doc)")
      }
      return Report(
        device: name, run: String(connection.info.run, radix: 16), position: Int(connection.info.nextIndex),
        generation: Int(kept.generation), milliseconds: Int(kept.milliseconds))
    }
  }
}
