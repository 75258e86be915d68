/// The order in which samples are visited: each once an epoch, shuffled anew for every epoch.
///
/// The order is a pure function of (seed, epoch, count), the same on all machines and in all
/// versions: runs are resumed at any step from these numbers alone.
package struct Sampler: Sendable {
  package let count: Int
  package let seed: UInt64
  /// Without shuffling, every epoch goes from first to last.
  package let shuffles: Bool
  private var cachedEpoch: (number: Int, order: [Int])?

  /// - Parameter count: of samples, 1…2³²−1.
  package init(count: Int, seed: UInt64, shuffles: Bool = true) {
    precondition(count > 0 && count <= UInt32.max, "\(count) samples")
    self.count = count
    self.seed = seed
    self.shuffles = shuffles
  }

  /// Which sample step `step` uses, counted from 0 over all epochs. Steps may be asked for in any
  /// order; going through an epoch in order is cheap, as its order is kept.
  package mutating func index(atStep step: Int) -> Int {
    precondition(step >= 0, "step \(step)")
    let epoch = step / count
    let order: [Int]
    if let cachedEpoch, cachedEpoch.number == epoch {
      order = cachedEpoch.order
    } else {
      order = self.order(epoch: epoch)
      cachedEpoch = (epoch, order)
    }
    return order[step % count]
  }

  /// All sample indices in the order of the epoch: Fisher–Yates with SplitMix64.
  package func order(epoch: Int) -> [Int] {
    precondition(epoch >= 0, "epoch \(epoch)")
    var order = Array(0..<count)
    guard shuffles else { return order }
    var random = SplitMix64(seed: seed, stream: UInt64(epoch))
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, random.next(below: last + 1))
    }
    return order
  }
}
