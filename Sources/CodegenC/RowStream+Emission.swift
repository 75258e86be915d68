import GraphIR
import MemoryPlanning

/// A chain that runs row by row, as a function of the generated step.
struct EmittedRowLoop {
  let name: String
  let operations: ClosedRange<Int>
  /// Initializers of `struct row_map`, in the order of the chain's maps.
  let maps: [[String]]
  /// The constant with the chain's `struct row_stage`s.
  let stages: String
  /// One kernel call for each operation, for one row.
  let calls: [EmittedCall]
  /// Whether some of them are left out where nothing is trained.
  let hasMasks: Bool

  var call: EmittedCall { EmittedCall(name, (hasMasks ? ["training"] : []) + ["clock"]) }
}

extension EmissionContext {
  mutating func loop(for stream: RowStream) -> EmittedRowLoop {
    include("row_stream.h")
    let (first, last) = (stream.operations.lowerBound, stream.operations.upperBound)
    let name = first == last ? names.operations[first] : names.operations[first] + "_to_" + names.operations[last]
    let calls = zip(stream.operations, stream.stages).map { position, stage in
      naming(rowNames(stream, stage)) { $0.rowCall(at: position) }
    }
    let stages = constant("struct row_stage", name + "_stages", stream.stages.map(stageFields), isArray: true)
    return EmittedRowLoop(
      name: name + "_by_rows", operations: stream.operations, maps: stream.maps.map(mapFields), stages: stages,
      calls: calls, hasMasks: stream.operations.contains { graph.operations[$0].kind.isTrainingOnly })
  }

  private mutating func rowCall(at position: Int) -> EmittedCall {
    guard let call = call(for: graph.operations[position], at: position) else {
      preconditionFailure("'\(graph.operations[position].name)' has a row window, but no kernel")
    }
    return call
  }

  private func rowNames(_ stream: RowStream, _ stage: RowStream.Stage) -> [TensorID: String] {
    var result = [stream.maps[stage.output].tensor: "row.output"]
    for (index, map) in stage.inputs.enumerated() { result[stream.maps[map].tensor] = "row.input[\(index)]" }
    return result
  }

  private func stageFields(_ stage: RowStream.Stage) -> String {
    let inputs = stage.inputs.map(String.init).joined(separator: ", ")
    let window = ".span = \(stage.window.span), .stride = \(stage.window.stride), .pad = \(stage.window.pad)"
    return "{.input_count = \(stage.inputs.count), .inputs = {\(inputs)}, .output = \(stage.output), \(window)}"
  }

  private func mapFields(_ map: RowStream.Map) -> [String] {
    [
      ".data = \(data(map.tensor))", ".rows = \(map.rows)", ".row_bytes = \(map.rowBytes)",
      ".capacity = \(map.capacity)",
    ] + (map.isMade ? [] : [".end = \(map.rows)"])
  }
}

extension EmittedRowLoop {
  /// - Parameter describe: writes the comment above the call of the operation at a position.
  func write(_ writer: inout CSourceWriter, _ graph: Graph, describe: (inout CSourceWriter, Int) -> Void) {
    writer.block("static void \(name)(\(hasMasks ? "bool training, " : "")const struct phase_clock *clock) {") { writer in
      writer.block("struct row_map maps[] = {", closing: "};") { writer in
        for map in maps { writer.wrapped("{", map, "},") }
      }
      writer.line("struct row_stream stream = {maps, \(stages), \(calls.count)};")
      writer.line("struct row_step row;")
      writer.block("while (row_stream_next(&stream, &row)) {") { writer in
        writer.line("phase_yield(clock);")
        writer.block("switch (row.stage) {") { writer in
          for (stage, position) in operations.enumerated() {
            writer.block("case \(stage): {") { writer in
              describe(&writer, position)
              if graph.operations[position].kind.isTrainingOnly {
                writer.block("if (training) {") { write(&$0, calls[stage]) }
              } else {
                write(&writer, calls[stage])
              }
              writer.line("break;")
            }
          }
        }
      }
    }
  }

  private func write(_ writer: inout CSourceWriter, _ call: EmittedCall) {
    var arguments = call.arguments
    if let shape = call.rowShape {
      writer.line("const struct \(shape)_shape shape = \(shape)_row(\(arguments[0]), &row);")
      arguments[0] = "&shape"
    }
    writer.wrapped("\(call.function)(", arguments, ");")
  }
}
