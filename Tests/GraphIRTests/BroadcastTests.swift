import GraphIR
import Testing

@Suite struct BroadcastTests {
  private struct Row: Sendable {
    let a: [Int]
    let b: [Int]
    let output: [Int]
    let extents: [Int]
    let aSteps: [Int]
    let bSteps: [Int]
  }

  private static let rows = [
    Row(a: [1, 4, 5, 6], b: [1, 4, 5, 6], output: [1, 4, 5, 6], extents: [1, 1, 120], aSteps: [0, 0, 1], bSteps: [0, 0, 1]),
    Row(a: [1, 4, 5, 6], b: [6], output: [1, 4, 5, 6], extents: [1, 20, 6], aSteps: [0, 6, 1], bSteps: [0, 0, 1]),
    Row(a: [], b: [1, 4, 5, 6], output: [1, 4, 5, 6], extents: [1, 1, 120], aSteps: [0, 0, 0], bSteps: [0, 0, 1]),
    Row(a: [1, 4, 5, 6], b: [1, 4, 5, 1], output: [1, 4, 5, 6], extents: [1, 20, 6], aSteps: [0, 6, 1], bSteps: [0, 1, 0]),
    Row(a: [4, 1, 6], b: [1, 4, 5, 6], output: [1, 4, 5, 6], extents: [4, 5, 6], aSteps: [6, 0, 1], bSteps: [30, 6, 1]),
  ]

  @Test(arguments: rows.indices) func loops_mergeWhatIsTreatedAlike(index: Int) throws {
    let row = Self.rows[index]
    let loops = try #require(Broadcast(row.a, row.b, output: row.output))
    #expect(loops.extents == row.extents)
    #expect(loops.aSteps == row.aSteps)
    #expect(loops.bSteps == row.bSteps)
  }

  @Test(arguments: [
    ([2, 3], [2, 4], [2, 4]), ([2, 3], [3], [2, 6]), ([2, 3, 4, 5], [1, 3, 1, 5], [2, 3, 4, 5]), ([1, 2, 3], [3], [2, 3]),
  ]) func shapesThatDoNotFit_areRefused(a: [Int], b: [Int], output: [Int]) {
    #expect(Broadcast(a, b, output: output) == nil)
  }
}
