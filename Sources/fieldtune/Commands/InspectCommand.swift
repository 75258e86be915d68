import ArgumentParser
import GraphIR

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Print a model's operations with shapes, number formats, MACs and bytes.")

  @Argument(help: "A .tflite file.")
  var model: String

  @OptionGroup var options: GlobalOptions

  struct Report: Encodable {
    struct Row: Encodable {
      let index: Int
      let name: String
      let operation: String
      let inputShapes: [[Int]]
      let outputShape: [Int]
      let output: String
      let weights: String?
      let macs: Int
      let weightBytes: Int
    }

    let name: String
    let inputShape: [Int]
    let operations: [Row]
    let macs: Int
    let weightBytes: Int
  }

  func run() throws {
    let graph = try Workspace.graph(of: model)
    let report = Report(graph)
    options.print(report, text: Self.text(of: report))
  }

  private static func text(of report: Report) -> String {
    var table = TextTable(["#", "operation", "output", "number format", "weights", "MACs", "bytes", "name"])
    for row in report.operations {
      table.add([
        "\(row.index)", row.operation, row.outputShape.map(String.init).joined(separator: "×"), row.output,
        row.weights ?? "-", Number.grouped(row.macs), Number.grouped(row.weightBytes), row.name,
      ])
    }
    return "\(report.name): input \(report.inputShape.map(String.init).joined(separator: "×"))\n" + table.text
      + "\(Number.grouped(report.macs)) MACs, \(Number.grouped(report.weightBytes)) bytes of weights and biases\n"
  }
}

extension InspectCommand.Report {
  init(_ graph: Graph) {
    name = graph.name
    inputShape = graph[graph.input].shape
    operations = graph.operations.enumerated().map { index, operation in
      let activations = operation.inputs.filter { !graph[$0].isConstant }
      let constants = operation.inputs.filter { graph[$0].isConstant }
      let weights = constants.first { graph[$0].element == .int8 }
      return Row(
        index: index, name: operation.name, operation: "\(operation.kind)".prefix { $0 != "(" }.description,
        inputShapes: activations.map { graph[$0].shape },
        outputShape: operation.outputs.first.map { graph[$0].shape } ?? [],
        output: operation.outputs.first.map { Self.format(graph[$0]) } ?? "-",
        weights: weights.map { Self.weightFormat(graph[$0]) }, macs: graph.macs(of: operation),
        weightBytes: constants.reduce(0) { $0 + graph[$1].byteCount })
    }
    macs = operations.reduce(0) { $0 + $1.macs }
    let constants = Set(graph.operations.flatMap(\.inputs).filter { graph[$0].isConstant }.map(\.index))
    weightBytes = constants.reduce(0) { $0 + graph.tensors[$1].byteCount }
  }

  private static func format(_ tensor: Tensor) -> String {
    guard let quantization = tensor.quantization, let scale = quantization.scales.first else {
      return tensor.element.rawValue
    }
    return
      "\(tensor.element.rawValue) \(scale) (q \(quantization.zeroPoint < 0 ? "+" : "-") \(abs(quantization.zeroPoint)))"
  }

  private static func weightFormat(_ tensor: Tensor) -> String {
    let scales = tensor.quantization?.scales.count ?? 0
    return "\(tensor.element.rawValue), \(scales == 1 ? "one scale" : "\(scales) scales")"
  }
}
