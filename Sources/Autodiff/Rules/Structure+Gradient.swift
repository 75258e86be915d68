import GraphIR

extension ReverseMode {
  /// y[q + before] = x[q]  ⇒  dx[q] = dy[q + before].
  mutating func padGradients(_ operation: Operation, before: [Int], error: TensorID) {
    moveError(
      .sliceError(begin: before, strides: before.map { _ in 1 }), of: operation, error: error, to: operation.inputs[0])
  }

  /// Each input gets its own part of the error.
  mutating func concatenateGradients(_ operation: Operation, axis: Int, error: TensorID) {
    var begin = graph[error].shape.map { _ in 0 }
    let ones = begin.map { _ in 1 }
    for (index, input) in operation.inputs.enumerated() {
      moveError(.sliceError(begin: begin, strides: ones), of: operation, error: error, to: input, index: index)
      begin[axis] += graph[input].shape[axis]
    }
  }

  mutating func sliceGradients(_ operation: Operation, begin: [Int], strides: [Int], error: TensorID) {
    moveError(.spreadError(begin: begin, strides: strides), of: operation, error: error, to: operation.inputs[0])
  }

  mutating func transposeGradients(_ operation: Operation, permutation: [Int], error: TensorID) {
    let inverse = permutation.indices.sorted { permutation[$0] < permutation[$1] }
    moveError(.transposeError(permutation: inverse), of: operation, error: error, to: operation.inputs[0])
  }

  mutating func reshapeGradients(_ operation: Operation, error: TensorID) {
    moveError(.reshapeError, of: operation, error: error, to: operation.inputs[0])
  }

  /// A mean over neighbouring dimensions is an average pool: of (outer, count, inner) with a window of `count` columns.
  mutating func meanGradients(_ operation: Operation, dimensions: Range<Int>, error: TensorID) {
    let input = operation.inputs[0]
    guard needs(input) else { return }
    let reduction = Reduction(shape: graph[input].shape, dimensions: dimensions)
    let means = makeError(
      sharing: error, shape: [1, reduction.outer, 1, reduction.inner], named: graph[error].name + "/means")
    emit(.reshapeError, of: operation, part: "means", inputs: [error], outputs: [means])
    let map = [1, reduction.outer, reduction.count, reduction.inner]
    let mapError = makeError(for: input, shape: map, suffix: "/map@" + operation.name)
    let window = Window(kernelHeight: 1, kernelWidth: reduction.count, strideWidth: reduction.count)
    emit(.averagePool2DBackward(window), of: operation, part: "backward_input", inputs: [means], outputs: [mapError])
    moveError(.reshapeError, of: operation, error: mapError, to: input, index: 1)
  }

  /// Hands `error` to `tensor`, its mantissas moved by `kind`.
  mutating func moveError(
    _ kind: OperationKind, of operation: Operation, error: TensorID, to tensor: TensorID, index: Int = 0
  ) {
    guard needs(tensor) else { return }
    let number = index == 0 ? "" : "\(index)"
    let moved = makeError(
      sharing: error, shape: graph[tensor].shape, named: "d_\(graph[tensor].name)@\(operation.name)\(number)")
    emit(kind, of: operation, part: "backward_input" + number, inputs: [error], outputs: [moved])
    contribute(moved, to: tensor)
  }
}
