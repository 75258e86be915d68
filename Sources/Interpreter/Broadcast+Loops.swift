import GraphIR

extension Broadcast {
  /// Calls `body` with the positions in the result and in both operands, in the order of the result.
  @inline(__always)
  func forEach(_ body: (_ output: Int, _ a: Int, _ b: Int) -> Void) {
    let count = extents[2]
    let (aStep, bStep) = (aSteps[2], bSteps[2])
    for outer in 0..<extents[0] {
      for middle in 0..<extents[1] {
        let output = (outer * extents[1] + middle) * count
        let a = outer * aSteps[0] + middle * aSteps[1]
        let b = outer * bSteps[0] + middle * bSteps[1]
        for inner in 0..<count { body(output + inner, a + inner * aStep, b + inner * bStep) }
      }
    }
  }
}

extension Graph {
  /// The loops of an elementwise operation, or of a gradient over its result's shape. The verifier has seen the shapes.
  func broadcast(_ a: TensorID, _ b: TensorID, to output: TensorID) -> Broadcast {
    guard let broadcast = Broadcast(self[a].shape, self[b].shape, output: self[output].shape) else {
      preconditionFailure("'\(self[a].name)' and '\(self[b].name)' do not make '\(self[output].name)'")
    }
    return broadcast
  }
}
