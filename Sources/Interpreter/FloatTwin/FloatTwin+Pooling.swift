import GraphIR

/// Pooling and mean.
extension FloatTwin {
  func averagePool(_ operation: Operation, _ window: Window, _ clamp: Clamp) -> [Double] {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    var sums = Array(repeating: 0.0, count: graph[y].elementCount)
    forEachWindow(window, map: x, cells: graph[y].shape) { cell, inputCells in
      for c in 0..<channels(x) {
        let sum = inputCells.reduce(0) { $0 + self[x][$1.cell * channels(x) + c] }
        sums[cell * channels(x) + c] = sum / Double(inputCells.count)
      }
    }
    return sums.clamped(clamp, graph[y])
  }

  func averagePoolBackward(_ operation: Operation, _ window: Window) -> [Double] {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    let count = channels(dx)
    var sums = Array(repeating: 0.0, count: graph[dx].elementCount)
    forEachWindow(window, map: dx, cells: graph[dy].shape) { cell, inputCells in
      for c in 0..<count {
        let share = self[dy][cell * count + c] / Double(inputCells.count)
        for input in inputCells { sums[input.cell * count + c] += share }
      }
    }
    return sums
  }

  /// The maximum and, as a real number, its place.
  func maxPool(_ operation: Operation, _ window: Window, _ clamp: Clamp) -> [[Double]] {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    var largest = Array(repeating: -Double.infinity, count: graph[y].elementCount)
    var place = Array(repeating: 0.0, count: graph[y].elementCount)
    forEachWindow(window, map: x, cells: graph[y].shape) { cell, inputCells in
      for c in 0..<channels(x) {
        for input in inputCells where self[x][input.cell * channels(x) + c] > largest[cell * channels(x) + c] {
          largest[cell * channels(x) + c] = self[x][input.cell * channels(x) + c]
          place[cell * channels(x) + c] = Double(input.tap)
        }
      }
    }
    return [largest.clamped(clamp, graph[y]), place]
  }

  func maxPoolBackward(_ operation: Operation, _ window: Window) -> [Double] {
    let (dy, index, dx) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let count = channels(dx)
    var sums = Array(repeating: 0.0, count: graph[dx].elementCount)
    forEachWindow(window, map: dx, cells: graph[dy].shape) { cell, inputCells in
      for c in 0..<count {
        for input in inputCells where Double(input.tap) == self[index][cell * count + c] {
          sums[input.cell * count + c] += self[dy][cell * count + c]
        }
      }
    }
    return sums
  }

  func mean(_ operation: Operation, _ dimensions: Range<Int>) -> [Double] {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let reduction = Reduction(shape: graph[x].shape, dimensions: dimensions)
    let (count, inner) = (reduction.count, reduction.inner)
    return (0..<reduction.outer).flatMap { o in
      (0..<inner).map { i in
        (0..<count).reduce(0) { $0 + self[x][(o * count + $1) * inner + i] } / Double(count)
      }
    }.clamped(Clamp(), graph[y])
  }

  private func channels(_ id: TensorID) -> Int { graph[id].shape[3] }

  private func forEachWindow(
    _ window: Window, map: TensorID, cells: [Int],
    _ body: (_ cell: Int, _ inputCells: [(tap: Int, cell: Int)]) -> Void
  ) {
    let sliding = SlidingWindow(window, map: graph[map].shape, cells: cells)
    for cell in 0..<sliding.outputCells {
      var inputCells: [(tap: Int, cell: Int)] = []
      sliding.forEachTap(of: cell) { inputCells.append(($0, $1)) }
      body(cell, inputCells)
    }
  }
}
