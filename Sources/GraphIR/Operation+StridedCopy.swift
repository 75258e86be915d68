extension Operation {
  /// The copy that a padding, slice or transpose amounts to. `graph` has been verified.
  package func stridedCopy(in graph: Graph) -> StridedCopy {
    let (source, target) = (graph[inputs[0]].shape, graph[outputs[0]].shape)
    let copy =
      switch kind {
      case .slice(let begin, let strides), .sliceError(let begin, let strides):
        StridedCopy.slice(of: source, inner: target, begin: begin, strides: strides)
      case .spreadError(let begin, let strides):
        StridedCopy.slice(of: target, inner: source, begin: begin, strides: strides)?.reversed
      case .pad(let before):
        StridedCopy.slice(of: target, inner: source, begin: before, strides: before.map { _ in 1 })?.reversed
      case .transpose(let permutation), .transposeError(let permutation):
        StridedCopy.transpose(of: source, permutation: permutation)
      default: StridedCopy?.none
      }
    guard let copy else { preconditionFailure("'\(name)' is no copy of up to four dimensions") }
    return copy
  }
}
