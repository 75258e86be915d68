import GraphIR

extension ArenaLayout {
  /// Proves the layout against the graph itself, not against the liveness it was made from: replays the schedule and
  /// checks before every read that the bytes are still those that the tensor's writer left there.
  ///
  /// - Throws: `GraphError` that names the tensor, its reader and what overwrote it.
  package func verify(_ graph: Graph) throws {
    var replay = ArenaReplay(graph: graph, layout: self)
    try replay.placeInput()
    for position in graph.operations.indices {
      guard let stream = streams.first(where: { $0.operations.contains(position) }) else {
        try replay.run(position)
        continue
      }
      if position == stream.operations.lowerBound { try replay.run(stream) }
    }
    try replay.expectOutput()
  }
}

/// The arena while a step runs, as far as who owns which bytes.
private struct ArenaReplay {
  private let graph: Graph
  private let bytes: Int
  private let offsets: [TensorID: Int]
  private let scratchOffsets: [Int: Int]
  /// Bytes that still hold a tensor.
  private var owners: [TensorID: Range<Int>] = [:]

  init(graph: Graph, layout: ArenaLayout) {
    self.graph = graph
    bytes = layout.bytes
    offsets = layout.offsets()
    scratchOffsets = layout.scratchOffsets()
  }

  /// The sample is in its place before the first operation.
  mutating func placeInput() throws {
    owners[graph.input] = try place(of: graph.input, "the step's input")
  }

  mutating func run(_ position: Int) throws {
    let operation = graph.operations[position]
    for operand in operation.inputs where graph[operand].isValue || operand == graph.input {
      guard owners[operand] != nil else {
        throw GraphError(
          "arena: '\(operation.name)' reads '\(graph[operand].name)' after its bytes were given to another tensor")
      }
    }
    let scratch = try scratchRange(position, operation)
    if let scratch { take(scratch, keeping: []) }
    var written: [Range<Int>] = [scratch].compactMap(\.self)
    for output in operation.outputs {
      let range = try outputRange(output, operation)
      for other in written where other.overlaps(range) {
        throw GraphError(
          "arena: '\(operation.name)' writes '\(graph[output].name)' at \(range) over what it writes at \(other)")
      }
      written.append(range)
      take(range, keeping: operation.kind.keepsBytes ? [operation.inputs[0]] : [])
      owners[output] = range
    }
  }

  /// A chain that runs row by row: the maps it begins with are whole, and so are those that it leaves behind.
  mutating func run(_ stream: RowStream) throws {
    let ranges = try stream.maps.map { map in
      let range = try place(of: map.tensor, "a chain", bytes: map.bytes)
      guard map.isMade || owners[map.tensor] == range else {
        throw GraphError(
          "arena: a chain reads '\(graph[map.tensor].name)' after its bytes were given to another tensor")
      }
      return range
    }
    for position in stream.operations {
      if let scratch = try scratchRange(position, graph.operations[position]) {
        try giveScratch(scratch, stream, ranges)
      }
    }
    var rows = RowReplay(graph, stream, offsets: ranges.map(\.lowerBound))
    try rows.run()
    for (map, range) in zip(stream.maps, ranges) where map.isMade { take(range, keeping: []) }
    for (map, range) in zip(stream.maps, ranges) where map.isMade && !map.isBand { owners[map.tensor] = range }
  }

  /// Scratch of a chain's operations is used between its rows: it may touch no map of the chain.
  private mutating func giveScratch(_ scratch: Range<Int>, _ stream: RowStream, _ maps: [Range<Int>]) throws {
    for (map, range) in zip(stream.maps, maps) where range.overlaps(scratch) {
      throw GraphError(
        "arena: scratch of a chain at \(scratch) lies over its map '\(graph[map.tensor].name)' at \(range)")
    }
    take(scratch, keeping: [])
  }

  func expectOutput() throws {
    guard owners[graph.output] != nil else {
      throw GraphError("arena: the output '\(graph[graph.output].name)' is overwritten before the step ends")
    }
  }

  private func scratchRange(_ position: Int, _ operation: Operation) throws -> Range<Int>? {
    let count = graph.scratchBytes(of: operation)
    guard count > 0 else { return nil }
    guard let offset = scratchOffsets[position] else {
      throw GraphError("arena: '\(operation.name)' has no scratch, expected \(count) B")
    }
    let range = offset..<offset + count
    try expectWithin(range, "scratch of '\(operation.name)'")
    try expectFree(range, from: operation.inputs, operation)
    return range
  }

  private func outputRange(_ output: TensorID, _ operation: Operation) throws -> Range<Int> {
    let range = try place(of: output, "'\(operation.name)'")
    let inPlace = operation.inPlaceInputs.filter {
      offsets[$0] == range.lowerBound && graph[$0].byteCount == range.count
    }
    guard !operation.kind.keepsBytes || !inPlace.isEmpty else {
      throw GraphError(
        "arena: '\(operation.name)' renames bytes, but '\(graph[output].name)' lies elsewhere than its input")
    }
    try expectFree(range, from: operation.inputs.filter { !inPlace.contains($0) }, operation)
    return range
  }

  private func place(of tensor: TensorID, _ owner: String, bytes count: Int? = nil) throws -> Range<Int> {
    guard let offset = offsets[tensor] else {
      throw GraphError("arena: '\(graph[tensor].name)' of \(owner) has no place")
    }
    let range = offset..<offset + (count ?? graph[tensor].byteCount)
    try expectWithin(range, "'\(graph[tensor].name)'")
    return range
  }

  private func expectWithin(_ range: Range<Int>, _ what: String) throws {
    guard range.lowerBound >= 0, range.upperBound <= bytes, range.lowerBound % Buffer.alignment == 0 else {
      throw GraphError("arena: \(what) at \(range) lies outside of \(bytes) B or is not aligned")
    }
  }

  /// No input of the operation, unless it works in place, may lie where the operation writes.
  private func expectFree(_ range: Range<Int>, from inputs: [TensorID], _ operation: Operation) throws {
    for input in inputs {
      if let taken = owners[input], taken.overlaps(range) {
        throw GraphError(
          "arena: '\(operation.name)' writes \(range) over its own input '\(graph[input].name)' at \(taken)")
      }
    }
  }

  private mutating func take(_ range: Range<Int>, keeping kept: Set<TensorID>) {
    owners = owners.filter { !$0.value.overlaps(range) || kept.contains($0.key) }
  }
}

extension Operation {
  /// Inputs whose bytes the first output may take over, element by element, where they have as many.
  fileprivate var inPlaceInputs: [TensorID] {
    switch kind {
    case .reshape, .reshapeError, .maskError, .lookup, .lookupBackward: [inputs[0]]
    case .sumErrors, .add, .subtract, .multiply: inputs
    default: []
    }
  }
}

extension OperationKind {
  /// True where the output is the same bytes under another name.
  fileprivate var keepsBytes: Bool {
    switch self {
    case .reshape, .reshapeError: true
    default: false
    }
  }
}
