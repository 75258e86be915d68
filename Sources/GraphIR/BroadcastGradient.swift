/// The loops of the gradient of a broadcast's first operand, sorted for kernels that keep one sum at a time: first those
/// over the operand's own elements, then those over the places at which each was repeated.
package struct BroadcastGradient: Hashable, Sendable {
  package struct Loop: Hashable, Sendable {
    package var extent = 1
    /// Elements of the result and of the second operand from one turn to the next.
    package var outputStep = 0
    package var factorStep = 0
  }

  /// Three loops.
  package let kept: [Loop]
  /// Two loops: between any two along which the operand is repeated lies one along which it is not.
  package let summed: [Loop]

  package init(_ loops: Broadcast) {
    var outputStep = 1
    var (kept, summed): ([Loop], [Loop]) = ([], [])
    for level in loops.extents.indices.reversed() {
      let loop = Loop(extent: loops.extents[level], outputStep: outputStep, factorStep: loops.bSteps[level])
      outputStep *= loops.extents[level]
      guard loop.extent > 1 else { continue }
      if loops.aSteps[level] > 0 { kept.append(loop) } else { summed.append(loop) }
    }
    func padded(_ loops: [Loop], to count: Int) -> [Loop] {
      Array(repeating: Loop(), count: count - loops.count) + loops.reversed()
    }
    self.kept = padded(kept, to: 3)
    self.summed = padded(summed, to: 2)
  }
}
