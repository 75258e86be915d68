import GraphIR

/// Decides which values share their bytes.
///
/// A reshape always does. An operation in place (mask, sum, residual add) does when its input's bytes are not read
/// again afterwards, under any of the names they have; not inside of a chain that runs row by row (`RowStream.Overlay`).
struct BufferSharing {
  private let graph: Graph
  private let streams: [RowStream]
  /// Buffer of the input and of each value; nil for constants and state.
  private var bufferOf: [Int?]
  private var groups: [[TensorID]]

  init(_ graph: Graph, _ streams: [RowStream]) {
    self.graph = graph
    self.streams = streams
    bufferOf = Array(repeating: nil, count: graph.tensors.count)
    bufferOf[graph.input.index] = 0
    groups = [[graph.input]]
    let lastUse = Self.lastUses(graph)
    for (position, operation) in graph.operations.enumerated() {
      for (index, output) in operation.outputs.enumerated() {
        if index == 0, case .reshape = operation.kind {
          share(output, with: operation.inputs[0])
        } else if index == 0, case .reshapeError = operation.kind {
          share(output, with: operation.inputs[0])
        } else if index == 0, let input = inPlaceOperand(operation, at: position, lastUse: lastUse) {
          share(output, with: input)
        } else {
          bufferOf[output.index] = groups.count
          groups.append([output])
        }
      }
    }
  }

  /// Last position that reads each tensor. The model's output stays until the end of the step.
  static func lastUses(_ graph: Graph) -> [Int] {
    var last = Array(repeating: -1, count: graph.tensors.count)
    for (position, operation) in graph.operations.enumerated() {
      for operand in operation.inputs + operation.outputs { last[operand.index] = position }
    }
    last[graph.output.index] = graph.operations.count - 1
    return last
  }

  private mutating func share(_ output: TensorID, with input: TensorID) {
    bufferOf[output.index] = bufferOf[input.index]
    if let buffer = bufferOf[input.index] { groups[buffer].append(output) }
  }

  /// The input whose bytes the output may take over.
  private func inPlaceOperand(_ operation: Operation, at position: Int, lastUse: [Int]) -> TensorID? {
    guard !streams.contains(where: { $0.operations.contains(position) }) else { return nil }
    let candidates: [TensorID]
    switch operation.kind {
    case .maskError, .lookupBackward: candidates = [operation.inputs[0]]
    case .sumErrors, .lookup: candidates = operation.inputs
    case .add, .subtract, .multiply:
      // An operand that is repeated is read again after its place has been written.
      candidates = operation.inputs.filter { graph[$0].elementCount == graph[operation.outputs[0]].elementCount }
    default: candidates = []
    }
    return candidates.first { input in
      guard let buffer = bufferOf[input.index] else { return false }
      return groups[buffer].allSatisfy { lastUse[$0.index] <= position }
    }
  }

  func buffers() -> [Buffer] {
    let lastUse = Self.lastUses(graph)
    let producers = graph.producers()
    let bands = bandBytes()
    return groups.map { group in
      let bytes = group.map { bands[$0] ?? graph[$0].byteCount }.max() ?? 0
      let first = group.map { producers[$0.index] ?? 0 }.min() ?? 0  // the input is there before the step begins
      let last = group.map { lastUse[$0.index] }.max() ?? first
      return Buffer(content: .tensors(group), bytes: bytes, lifetime: widened(first...max(first, last)))
    }
  }

  private func bandBytes() -> [TensorID: Int] {
    var result: [TensorID: Int] = [:]
    for map in streams.flatMap(\.maps) where map.isBand { result[map.tensor] = map.bytes }
    return result
  }

  /// A lifetime that begins or ends inside of a chain covers the whole chain.
  private func widened(_ lifetime: ClosedRange<Int>) -> ClosedRange<Int> {
    let first = streams.first { $0.operations.contains(lifetime.lowerBound) }?.operations.lowerBound
    let last = streams.first { $0.operations.contains(lifetime.upperBound) }?.operations.upperBound
    return (first ?? lifetime.lowerBound)...(last ?? lifetime.upperBound)
  }
}
