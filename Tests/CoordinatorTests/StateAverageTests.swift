import ArtifactManifest
import Coordinator
import Testing

@Suite struct StateAverageTests {
  @Test(arguments: [
    // weight, residual of each board; the mean of 256 w + r, half up
    ([(1, 0), (2, 0)], (2, -128)), ([(1, 1), (1, 2)], (1, 2)), ([(-1, -1), (-1, -2)], (-1, -1)),
    ([(127, 127), (127, 127)], (127, 127)), ([(-127, -128), (-127, -128)], (-127, -128)),
    ([(0, 0), (0, 0), (0, 1)], (0, 0)), ([(0, 0), (0, 1), (0, 1)], (0, 1)), ([(-1, 0), (1, 0), (0, 100)], (0, 33)),
  ])
  func weights_areAveragedWithTheirResiduals(_ planes: [(Int, Int)], _ expected: (Int, Int)) {
    let average = StateAverage([.init(kind: .weights, bytes: 1), .init(kind: .residuals, bytes: 1)])
    let states = planes.map { [UInt8(truncatingIfNeeded: $0.0), UInt8(truncatingIfNeeded: $0.1)] }
    let mean = average.mean(of: states).map { Int(Int8(bitPattern: $0)) }
    #expect(mean == [expected.0, expected.1])
    #expect(average.mean(of: states.reversed()) == average.mean(of: states))
  }

  @Test func weightsWithoutResiduals_areAveragedAsCodes() {
    let average = StateAverage([.init(kind: .weights, bytes: 2), .init(kind: .residuals, bytes: 0)])
    #expect(average.mean(of: [[1, 0xFF], [2, 0xFE]]) == [2, 0xFF])
  }

  @Test func biasesAndVelocities_areAveragedHalfUp() {
    let average = StateAverage([.init(kind: .biases, bytes: 8), .init(kind: .velocities, bytes: 4)])
    let mean = average.mean(of: [
      words([-3, Int32.max]) + words([5]), words([-2, Int32.max]) + words([6]),
    ])
    #expect(mean == words([-2, Int32.max]) + words([6]))
  }

  /// Of the boards' ranges the one that spans most; one that met no error yet spans nothing.
  @Test func ranges_areTheWidest() {
    let average = StateAverage([.init(kind: .ranges, bytes: 12)])
    let narrow = words([-20, 9000, 0])
    let wide = words([-19, 8500, 0])
    #expect(average.mean(of: [narrow, wide, words([-5, 0, 0])]) == wide)
    #expect(average.mean(of: [words([-20, 9001, 0]), narrow]) == words([-20, 9001, 0]))
  }

  /// A device that lies about its counters must not stop the host.
  @Test func counters_areAveragedAndBounded() {
    let average = StateAverage([.init(kind: .header, bytes: 4), .init(kind: .counters, bytes: 8)])
    let lie = [UInt8](repeating: 0xFF, count: 8)
    #expect(average.mean(of: [[1, 2, 3, 4] + [7, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4] + [4, 0, 0, 0, 0, 0, 0, 0]]) == [1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0])
    #expect(average.mean(of: [[0, 0, 0, 0] + lie, [0, 0, 0, 0] + lie]).suffix(8) == [0, 0, 0, 0, 0, 0, 1, 0])
  }

  private func words(_ values: [Int32]) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
  }
}
