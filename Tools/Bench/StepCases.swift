import FirmwareBuild
import Foundation
import GraphIR
import UpdatePlanning

extension StepCase {
  /// The steps whose models are at hand.
  ///
  /// - Parameters:
  ///   - project: the checked-out project.
  ///   - shared: the folder of models and data sets made by others; nil where there is none.
  ///   - skipped: is told what is left out, as a sentence.
  static func all(project: URL, shared: URL?, skipped: (String) -> Void) throws -> [StepCase] {
    var large = dense(on: "an input without zeros", codes: noZeros, label: 3, bar: 0.80)
    var cases = [large]
    large.name += ", rate 1/64"
    large.rateShift = CountedSample.goldenRateShift
    cases.append(large)
    cases += [convolutional, demo(project)]
    if let shared {
      func has(_ path: String) -> Bool {
        let isThere = FileManager.default.fileExists(atPath: shared.appendingPathComponent(path).path)
        if !isThere { skipped("\(path): found no such file in \(shared.path)") }
        return isThere
      }
      if has(digits) { cases.insert(try dense(on: "MNIST's first image", codes: firstDigit(shared), label: 5, bar: 0.40), at: 1) }
      if has(mcunetModel) { cases.append(try mcunet(project, shared)) }
    } else {
      skipped(
        "MCUNet-5FPS and MNIST's first image: found no folder 'shared' beside the project; set FIELDTUNE_SHARED to it")
    }
    return cases
  }

  private static let digits = "datasets/mnist/train-images-idx3-ubyte.gz"
  private static let mcunetModel = "models/tiny_training/mcunet-5fps-10c-seeded.tflite"

  // MARK: Fully connected

  private static func dense(on input: String, codes: [Int8], label: Int, bar: Double) -> StepCase {
    StepCase(
      name: "dense 784-128-10, \(input)", model: .network { denseGraph() }, plan: .full,
      input: .codes(codes, label: label), bars: ["mps2-an386": bar],
      peers: [
        "mps2-an386": [
          Peer(name: "PULP-TrainLib f32", instructions: 1.348), Peer(name: "AIfES f32", instructions: 11.639),
        ]
      ])
  }

  private static func denseGraph() -> Graph {
    var network = Network(name: "dense", input: [1, 784], scale: 1 / 255, zeroPoint: -128)
    let hidden = network.dense("hidden", network.input, outputs: 128)
    return network.classified(network.dense("logits", hidden, outputs: 10, relu: false))
  }

  /// -127...127: none is the code of 0, which is -128 as pixels have it.
  private static let noZeros = (0..<784).map { Int8(($0 * 89) % 255 - 127) }

  private static func firstDigit(_ shared: URL) throws -> [Int8] {
    let file = shared.appendingPathComponent(digits)
    let gzip = Process()
    let output = Pipe()
    gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gzip.arguments = ["gzip", "--decompress", "--stdout", file.path]
    gzip.standardOutput = output
    try gzip.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    gzip.waitUntilExit()
    let header = 16
    guard bytes.count >= header + 784 else {
      throw BenchError("\(file.path): found \(bytes.count) bytes when unpacked, expected a header and images")
    }
    return bytes[header..<header + 784].map { Int8(truncatingIfNeeded: Int($0) - 128) }
  }

  // MARK: Convolutional

  private static let convolutional = StepCase(
    name: "small CNN", model: .network { convolutionalGraph() }, plan: .full, bars: ["mps2-an386": 1.1],
    peers: [
      "mps2-an386": [
        Peer(name: "PULP-TrainLib f32", instructions: 2.427), Peer(name: "AIfES f32", instructions: 28.57),
      ]
    ])

  private static func convolutionalGraph() -> Graph {
    var network = Network(name: "cnn", input: [1, 28, 28, 1], scale: 1 / 255, zeroPoint: -128)
    let first = network.conv("conv1", network.input, outputs: 8, kernel: 3, padding: .valid)
    let second = network.conv("conv2", network.maxPool("pool1", first), outputs: 16, kernel: 3, padding: .valid)
    return network.classified(network.dense("logits", network.maxPool("pool2", second), outputs: 10, relu: false))
  }

  private static func demo(_ project: URL) -> StepCase {
    StepCase(
      name: "demo model (digits-conv)", model: .file(project.appendingPathComponent("Tools/Demo/digits-conv.tflite")),
      plan: .full)
  }

  private static func mcunet(_ project: URL, _ shared: URL) throws -> StepCase {
    let plan = project.appendingPathComponent("Packaging/plans/mcunet-49kb.json")
    return StepCase(
      name: "MCUNet-5FPS, 49 KB scheme",
      model: .file(shared.appendingPathComponent(mcunetModel)),
      plan: .sparse(try SparsePlan(json: Data(contentsOf: plan), fileName: plan.lastPathComponent)),
      bars: ["mps2-an500": 58, "mps2-an386": 60],
      peers: [
        "mps2-an500": [Peer(name: "TTE", instructions: 106.37)],
        "mps2-an386": [Peer(name: "TTE", instructions: 120.10)],
      ])
  }
}
