import GraphIR

extension Graph {
  /// Turns an activation that stands alone into the clamp of the operation before it: one map and one pass less.
  ///
  /// Exact where both tensors have one format, because the activation then only clamps codes that were rounded before,
  /// and where nobody else reads what it clamps.
  package func fusingActivations() -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    var fused: Set<Int> = []
    for (position, operation) in operations.enumerated() {
      guard case .lookup(.clamp(let clamp)) = operation.kind, let x = operation.inputs.first,
        let y = operation.outputs.first, self[x].quantization == self[y].quantization, consumers[x.index].count == 1,
        x != output, let producer = producers[x.index], !fused.contains(producer),
        let kind = operations[producer].kind.clamped(to: clamp)
      else { continue }
      graph.operations[producer].kind = kind
      graph.operations[producer].outputs[0] = y
      fused.insert(position)
    }
    graph.operations = graph.operations.indices.filter { !fused.contains($0) }.map { graph.operations[$0] }
    return graph.compacted()
  }
}

extension OperationKind {
  /// The same operation with a narrower clamp; nil where it has none.
  fileprivate func clamped(to clamp: Clamp) -> OperationKind? {
    switch self {
    case .conv2D, .depthwiseConv2D, .fullyConnected:
      guard var weighting else { return nil }
      weighting.clamp = weighting.clamp.intersection(clamp)
      return with(weighting)
    case .add(let own): return .add(own.intersection(clamp))
    case .subtract(let own): return .subtract(own.intersection(clamp))
    case .multiply(let own): return .multiply(own.intersection(clamp))
    case .averagePool2D(let window, let own): return .averagePool2D(window, own.intersection(clamp))
    case .maxPool2D(let window, let own): return .maxPool2D(window, own.intersection(clamp))
    default: return nil
    }
  }
}

extension Clamp {
  /// This clamp and then another.
  fileprivate func intersection(_ next: Clamp) -> Clamp {
    func clamped(_ code: Int32) -> Int32 { min(max(code, next.minimum), next.maximum) }
    return Clamp(minimum: clamped(minimum), maximum: clamped(maximum))
  }
}
