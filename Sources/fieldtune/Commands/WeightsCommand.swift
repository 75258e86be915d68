import ArgumentParser
import Coordinator
import Foundation

struct WeightsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "What a run has learnt: the digest of its training state, or its trained tensors as a file.")

  @Argument(help: "The number of a run.")
  var run: Int64

  @Flag(name: .long, help: "Print the digest of the newest checkpoint.")
  var digest = false

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("OUT.tflite: the model. OUT.npz: codes of the trained tensors.", valueName: "out"))
  var output: String?

  @OptionGroup var backendOptions: BackendOptions
  @OptionGroup var options: GlobalOptions

  struct Digest: Encodable {
    let run: Int64
    let checkpoint: Int
    let position: Int
    let digest: String
  }

  func validate() throws {
    guard digest != (output != nil) else { throw ValidationError("give one of --digest and -o FILE.npz or FILE.tflite") }
    guard let output else { return }
    guard output.hasSuffix(".tflite") || output.hasSuffix(".npz") else {
      throw ValidationError("-o: found '\(output)', expected a name that ends in .tflite or .npz")
    }
  }

  func run() async throws {
    let backend = try await backendOptions.backend()
    if let output { return try await write(to: output, from: backend) }
    guard let newest = try await backend.checkpoints(of: run).first else {
      throw CoordinatorError.wrongState(run: run, reason: "has no checkpoint yet: resume it first")
    }
    options.print(
      Digest(run: run, checkpoint: newest.generation, position: newest.position, digest: newest.digest), text: newest.digest)
  }

  private func write(to path: String, from backend: RunBackend) async throws {
    let model = try await backend.model(of: run)
    let bytes = path.hasSuffix(".npz") ? try TrainedArrays.archive(ofModel: model, name: "run \(run)") : model
    try OutputFile.write(bytes, to: path)
    options.print(
      ExportCommand.Report(run: run, path: path, bytes: bytes.count), text: "wrote \(path), \(Number.bytes(bytes.count))")
  }
}
