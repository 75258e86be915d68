import GraphIR

/// A chain while it runs row by row, as far as which bytes hold which row: what Firmware/kernels/row_stream.c does.
///
/// Independent of how capacities were found: it believes only the order, the offsets and the capacities, and proves that
/// every row is still there when it is read.
struct RowReplay {
  private let graph: Graph
  private let stream: RowStream
  private let offsets: [Int]
  /// Row that stands at a map's offset, and the row behind the last one made.
  private var first: [Int]
  private var made: [Int]
  /// Bytes of each map's rows; nil for rows that were not made yet or are overwritten.
  private var rows: [[Range<Int>?]]

  /// - Parameter offsets: of the chain's maps in the arena, in the order of `stream.maps`.
  init(_ graph: Graph, _ stream: RowStream, offsets: [Int]) {
    self.graph = graph
    self.stream = stream
    self.offsets = offsets
    first = stream.maps.map { _ in 0 }
    made = stream.maps.map { $0.isMade ? 0 : $0.rows }
    rows = zip(stream.maps, offsets).map { map, offset in
      (0..<map.rows).map { row in
        map.isMade ? nil : offset + row * map.rowBytes..<offset + (row + 1) * map.rowBytes
      }
    }
  }

  /// - Throws: `GraphError` naming the operation, the row and what became of it.
  mutating func run() throws {
    for (stage, row) in stream.order { try run(stage, row) }
    for (index, map) in stream.maps.enumerated() where map.isMade && !map.isBand {
      if let lost = rows[index].firstIndex(of: nil) {
        throw GraphError("arena: row \(lost) of '\(graph[map.tensor].name)' is overwritten before its chain ends")
      }
    }
  }

  private mutating func run(_ index: Int, _ row: Int) throws {
    let stage = stream.stages[index]
    let name = graph.operations[stream.operations.lowerBound + index].name
    var read: [Range<Int>] = []
    for input in stage.inputs {
      for wanted in stage.window.begin(row)..<stage.window.end(row, mapRows: stream.maps[input].rows) {
        guard let range = rows[input][wanted] else {
          throw GraphError(
            "arena: row \(row) of '\(name)' reads row \(wanted) of '\(graph[stream.maps[input].tensor].name)' after its bytes were given away")
        }
        read.append(range)
      }
    }
    if row - first[stage.output] == stream.maps[stage.output].capacity { slide(stage.output) }
    let range = place(stage.output, row)
    let end = offsets[stage.output] + stream.maps[stage.output].bytes
    guard range.upperBound <= end else {
      throw GraphError(
        "arena: row \(row) of '\(name)' ends at \(range.upperBound), behind its band, which ends at \(end)")
    }
    guard !read.contains(where: { $0.overlaps(range) }) else {
      throw GraphError("arena: row \(row) of '\(name)' is written at \(range) over rows that it reads")
    }
    write(stage.output, row, range)
    made[stage.output] = row + 1
  }

  /// Drops the rows of a full band that nobody reads any more and moves the others to its start.
  private mutating func slide(_ map: Int) {
    let needed = stream.firstNeeded(map, made: made)
    for row in first[map]..<needed { rows[map][row] = nil }
    first[map] = needed
    for row in needed..<made[map] where rows[map][row] != nil { write(map, row, place(map, row)) }
  }

  private func place(_ map: Int, _ row: Int) -> Range<Int> {
    let bytes = stream.maps[map].rowBytes
    let start = offsets[map] + (row - first[map]) * bytes
    return start..<start + bytes
  }

  private mutating func write(_ map: Int, _ row: Int, _ range: Range<Int>) {
    rows[map][row] = nil
    for other in rows.indices {
      for row in rows[other].indices where rows[other][row]?.overlaps(range) == true { rows[other][row] = nil }
    }
    rows[map][row] = range
  }
}
