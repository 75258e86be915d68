import GraphIR

/// Motions of elements: padding, slices, transposes, concatenation, and their gradients.
extension FloatTwin {
  /// Real zero where nothing leads to.
  func copy(_ operation: Operation) -> [Double] {
    let source = self[operation.inputs[0]]
    var target = Array(repeating: 0.0, count: graph[operation.outputs[0]].elementCount)
    operation.stridedCopy(in: graph).forEachElement { target[$1] = source[$0] }
    return target
  }

  func concatenate(_ operation: Operation, _ axis: Int) -> [Double] {
    let concatenation = Concatenation(shapes: operation.inputs.map { graph[$0].shape }, axis: axis)
    return (0..<concatenation.rows).flatMap { row in
      zip(operation.inputs, concatenation.runs).flatMap { input, run in self[input][row * run..<(row + 1) * run] }
    }
  }
}
