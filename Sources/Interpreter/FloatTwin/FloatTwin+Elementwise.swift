import GraphIR

/// Sums, differences, products and functions of each element.
extension FloatTwin {
  func elementwise(_ operation: Operation, _ clamp: Clamp, _ combine: (Double, Double) -> Double) -> [Double] {
    let (a, b, y) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    var values = Array(repeating: 0.0, count: graph[y].elementCount)
    graph.broadcast(a, b, to: y).forEach { values[$0] = combine(self[a][$1], self[b][$2]) }
    return values.clamped(clamp, graph[y])
  }

  func broadcastBackward(_ operation: Operation, sign: Double) -> [Double] {
    let (dy, dx) = (operation.inputs[0], operation.outputs[0])
    var sums = Array(repeating: 0.0, count: graph[dx].elementCount)
    graph.broadcast(dx, dy, to: dy).forEach { place, x, _ in sums[x] += sign * self[dy][place] }
    return sums
  }

  func multiplyBackward(_ operation: Operation) -> [Double] {
    let (dy, factor, dx) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    var sums = Array(repeating: 0.0, count: graph[dx].elementCount)
    graph.broadcast(dx, factor, to: dy).forEach { sums[$1] += self[dy][$0] * self[factor][$2] }
    return sums
  }

  /// The ends of a clamp are those of the stored code; other functions saturate with the output's format.
  func lookup(_ operation: Operation, _ function: UnaryFunction) -> [Double] {
    let values = self[operation.inputs[0]].map(function.value)
    let clamp = if case .clamp(let clamp) = function { clamp } else { Clamp() }
    return values.clamped(clamp, graph[operation.outputs[0]])
  }
}
