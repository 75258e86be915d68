import WireProtocol

/// What to do with a device that has just said where it stands.
package enum Recovery: Hashable, Sendable {
  /// It holds the state of this run before `position`, its ring reaches back to what is not durable, and no state that
  /// has still to be copied lies behind it.
  case goOn(position: Int)
  /// Write the newest checkpoint, which stands before `position`, into it.
  case restore(position: Int)
  /// No checkpoint: reset the weights and begin at position 0. The same samples give the same state again.
  case begin

  /// - Parameters:
  ///   - number: the run as the device knows it.
  ///   - durable: first position the store has no record of.
  ///   - checkpoint: position of the newest checkpoint in the store.
  ///   - boundary: position of the next one, which a device can only have passed for a host that lost its copy.
  package init(info: Wire.DeviceInfo, number: UInt64, durable: Int, checkpoint: Int?, boundary: Int) {
    let position = Int(info.nextIndex)
    // Opening an ended run again empties the ring.
    let reach =
      switch info.state {
      case .running: Int(info.recordSlots)
      case .ended: 0
      case .idle, .failed: Int.min / 2
      }
    if info.run == number, (checkpoint ?? 0)...boundary ~= position,
      position - durable <= reach
    {
      self = .goOn(position: position)
    } else if let checkpoint {
      self = .restore(position: checkpoint)
    } else {
      self = .begin
    }
  }

  /// Whether the device's training state is written anew.
  package var replacesState: Bool {
    switch self {
    case .goOn: false
    case .restore, .begin: true
    }
  }
}
