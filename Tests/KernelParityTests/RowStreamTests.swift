import FirmwareKernels
import GraphIR
import MemoryPlanning
import Testing

/// The C side takes the rows of a chain in the order that the planner counted on, and keeps what is still to be read.
@Suite struct RowStreamTests {
  @Test func randomChains_keepEveryRowUntilItsLastReader() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let graph = chain(&random)
      let count = graph.operations.count
      let lastUses = graph.tensors.indices.map { index in
        TensorID(index) == graph.output ? count : graph.consumers()[index].last ?? 0
      }
      let stream = try #require(RowStream(graph, 0...count - 1, lastUses: lastUses))
      try check(stream, seed: seed)
    }
  }

  /// A row of a band holds the number of its row in all its bytes.
  private func check(_ stream: RowStream, seed: UInt64) throws {
    let pointers = stream.maps.map { map in
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: map.bytes, alignment: 8)
      bytes.copyBytes(from: map.isMade ? [UInt8](repeating: 255, count: map.bytes) : numbered(0..<map.rows, map))
      return bytes
    }
    defer { pointers.forEach { $0.deallocate() } }
    let maps = zip(stream.maps, pointers).map { map, bytes in
      row_map(
        data: bytes.baseAddress, rows: Int32(map.rows), row_bytes: Int32(map.rowBytes), capacity: Int32(map.capacity),
        first: 0, end: map.isMade ? 0 : Int32(map.rows))
    }
    let stages = stream.stages.map { stage in
      row_stage(
        input_count: UInt8(stage.inputs.count),
        inputs: (UInt8(stage.inputs[0]), UInt8(stage.inputs.count > 1 ? stage.inputs[1] : 0)),
        output: UInt8(stage.output), span: Int32(stage.window.span), stride: Int32(stage.window.stride),
        pad: Int32(stage.window.pad))
    }
    var order = stream.order[...]
    var runner = RowStreamRunner(maps: maps, stages: stages)
    runner.run { step in
      guard let next = order.popFirst() else {
        Issue.record("seed \(seed): more rows than planned")
        return
      }
      let stage = stream.stages[next.stage]
      #expect(Int(step.stage) == next.stage, "seed \(seed)")
      for (index, input) in stage.inputs.enumerated() {
        let map = stream.maps[input]
        let rows = stage.window.begin(next.row)..<stage.window.end(next.row, mapRows: map.rows)
        let expected = numbered(rows, map)
        let start = index == 0 ? step.input.0 : step.input.1
        #expect(start.map { Array(UnsafeRawBufferPointer(start: $0, count: expected.count)) } == expected, "seed \(seed)")
      }
      step.output?.initializeMemory(
        as: UInt8.self, repeating: UInt8(next.row), count: stream.maps[stage.output].rowBytes)
    }
    #expect(order.isEmpty, "seed \(seed)")
    let made = zip(stream.maps, pointers).filter { $0.0.isMade && !$0.0.isBand }
    for (map, bytes) in made {
      #expect(Array(bytes) == numbered(0..<map.rows, map), "seed \(seed)")
    }
  }

  private func numbered(_ rows: Range<Int>, _ map: RowStream.Map) -> [UInt8] {
    rows.flatMap { [UInt8](repeating: UInt8($0), count: map.rowBytes) }
  }

  /// Up to five layers over the rows of a map, with a shortcut around those that keep the extent.
  private func chain(_ random: inout SplitMix64) -> Graph {
    var builder = GraphBuilder()
    var x = builder.value("x", [1, random.int(5...40), 1, 2], .int8)
    for layer in 0..<random.int(1...5) {
      let height = builder.graph[x].shape[1]
      let kernel = min(height, random.int(0...3) * 2 + 1)
      let (stride, pad) = (random.int(1...2), random.oneIn(2) ? kernel / 2 : 0)
      let window = Window(kernelHeight: kernel, kernelWidth: 1, strideHeight: stride, padTop: pad)
      let rows = (height + 2 * pad - kernel) / stride + 1
      let y = builder.value("y\(layer)", [1, rows, 1, random.int(1...3)], .int8)
      builder.run(.averagePool2D(window, Clamp()), [x], [y])
      if builder.graph[y].shape == builder.graph[x].shape {
        let sum = builder.value("sum\(layer)", builder.graph[y].shape, .int8)
        builder.run(.add(Clamp()), [x, y], [sum])
        x = sum
      } else {
        x = y
      }
    }
    var graph = builder.graph
    graph.output = x
    return graph
  }
}
