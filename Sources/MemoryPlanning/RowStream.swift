// Invariants
//   - A map is a band when it is made and read inside the chain only; every other map is whole.
//   - Whatever can be made latest in the chain is made first (`order`), as Firmware/kernels/row_stream.c does it.
//   - A band holds, at every moment of that order, the rows that are still to be read and the one being made.

import GraphIR

/// A chain of operations that is run row by row, so that of the maps inside it only bands of rows ever exist.
///
/// What an operation computes does not change, only when: each output row comes from one call of the same kernel on
/// the rows of its window.
package struct RowStream: Hashable, Sendable {
  /// A map that the chain reads or writes.
  package struct Map: Hashable, Sendable {
    package let tensor: TensorID
    package let rows: Int
    package let rowBytes: Int
    /// False for what was made before the chain.
    package let isMade: Bool
    /// Rows that exist at once: all of them unless the map is a band.
    package var capacity: Int

    package var isBand: Bool { capacity < rows }
    package var bytes: Int { capacity * rowBytes }
  }

  /// An operation of the chain. Indices are of `maps`.
  package struct Stage: Hashable, Sendable {
    package let inputs: [Int]
    package let output: Int
    package let window: RowWindow
  }

  /// A map made before the chain and read by it for the last time leaves its bytes, row after row, to one that the
  /// chain makes: they may overlap where the output begins at least `lead` bytes in front of the input.
  package struct Overlay: Hashable, Sendable {
    package let input: TensorID
    package let output: TensorID
    package let lead: Int
  }

  /// Positions in `Graph.operations`; stage k is the operation at `operations.lowerBound + k`.
  package let operations: ClosedRange<Int>
  package var maps: [Map]
  package let stages: [Stage]
  package let overlay: Overlay?

  /// nil where one of the operations cannot be run row by row.
  ///
  /// - Parameter lastUses: the last position that needs each tensor's bytes.
  package init?(_ graph: Graph, _ operations: ClosedRange<Int>, lastUses: [Int]) {
    var maps: [Map] = []
    var stages: [Stage] = []
    var indices: [TensorID: Int] = [:]
    func index(_ id: TensorID, isMade: Bool) -> Int {
      if let known = indices[id] { return known }
      let rows = graph[id].shape[1]
      indices[id] = maps.count
      maps.append(Map(tensor: id, rows: rows, rowBytes: graph[id].byteCount / rows, isMade: isMade, capacity: rows))
      return maps.count - 1
    }
    for position in operations {
      let operation = graph.operations[position]
      guard let window = graph.rowWindow(of: operation) else { return nil }
      let read = operation.inputs.filter { !graph[$0].isConstant && !graph[$0].isState }
      let inputs = read.map { index($0, isMade: false) }
      stages.append(Stage(inputs: inputs, output: index(operation.outputs[0], isMade: true), window: window))
    }
    self.operations = operations
    self.stages = stages
    let held = Self.heldRows(maps, stages)
    for index in maps.indices where maps[index].isMade && lastUses[maps[index].tensor.index] <= operations.upperBound {
      maps[index].capacity = held[index]
    }
    self.maps = maps
    overlay = Self.overlay(maps, stages) { lastUses[$0.index] <= operations.upperBound }
  }

  /// (stage, row) in the order in which they are made.
  package var order: [(stage: Int, row: Int)] { Self.order(maps, stages) }

  private static func order(_ maps: [Map], _ stages: [Stage]) -> [(stage: Int, row: Int)] {
    var made = maps.map { $0.isMade ? 0 : $0.rows }
    var result: [(stage: Int, row: Int)] = []
    func isReady(_ stage: Stage) -> Bool {
      let row = made[stage.output]
      return row < maps[stage.output].rows
        && stage.inputs.allSatisfy { made[$0] >= stage.window.end(row, mapRows: maps[$0].rows) }
    }
    while let next = stages.indices.last(where: { isReady(stages[$0]) }) {
      result.append((next, made[stages[next].output]))
      made[stages[next].output] += 1
    }
    return result
  }

  /// Most rows of each map between the first that is still to be read and the one being made.
  private static func heldRows(_ maps: [Map], _ stages: [Stage]) -> [Int] {
    var made = maps.map { $0.isMade ? 0 : $0.rows }
    var held = Array(repeating: 1, count: maps.count)
    for (stage, row) in order(maps, stages) {
      let output = stages[stage].output
      held[output] = max(held[output], row + 1 - firstNeeded(output, made, maps, stages))
      made[output] += 1
    }
    return zip(held, maps).map { min($0, $1.rows) }
  }

  /// The first row of a map that is still to be read after `made` rows of each.
  func firstNeeded(_ map: Int, made: [Int]) -> Int { Self.firstNeeded(map, made, maps, stages) }

  private static func firstNeeded(_ map: Int, _ made: [Int], _ maps: [Map], _ stages: [Stage]) -> Int {
    let readers = stages.filter { $0.inputs.contains(map) && made[$0.output] < maps[$0.output].rows }
    return readers.map { $0.window.begin(made[$0.output]) }.reduce(made[map], min)
  }

  /// The largest map that is read for the last time, under the largest that the chain leaves behind.
  private static func overlay(_ maps: [Map], _ stages: [Stage], isLast: (TensorID) -> Bool) -> Overlay? {
    func largest(_ indices: [Int]) -> Int? { indices.max { maps[$0].rows * maps[$0].rowBytes < maps[$1].rows * maps[$1].rowBytes } }
    guard let input = largest(maps.indices.filter { !maps[$0].isMade && isLast(maps[$0].tensor) }),
      let output = largest(maps.indices.filter { maps[$0].isMade && !isLast(maps[$0].tensor) })
    else { return nil }
    var made = maps.map { $0.isMade ? 0 : $0.rows }
    var lead = Int.min
    for (stage, row) in order(maps, stages) {
      if stages[stage].output == output {
        let read = firstNeeded(input, made, maps, stages) * maps[input].rowBytes
        lead = max(lead, (row + 1) * maps[output].rowBytes - read)
      }
      made[stages[stage].output] += 1
    }
    return Overlay(input: maps[input].tensor, output: maps[output].tensor, lead: lead)
  }
}
