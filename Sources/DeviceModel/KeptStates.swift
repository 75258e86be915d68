import Synchronization
import WireProtocol

/// Memory in which a device in Swift keeps its training state through a loss of power: it outlives the device, and belongs
/// to one artifact. What it holds is whole by its nature; Firmware/runtime/state_store.h has to work for that.
package final class KeptStates: Sendable {
  struct State: Equatable {
    var run: UInt64
    var nextIndex: UInt32
    /// The bytes of each segment, in digest order.
    var segments: [[UInt8]]
  }

  private let newest = Mutex<(generation: UInt32, state: State?)>((0, nil))

  package init() {}

  /// Counts the states written; 0 for none.
  var generation: UInt32 { newest.withLock { $0.generation } }

  var state: State? { newest.withLock { $0.state } }

  /// One that is kept already is not written again.
  func keep(_ state: State) {
    newest.withLock { newest in
      guard newest.state != state else { return }
      newest = (newest.generation + 1, state)
    }
  }
}

extension DeviceSession {
  /// Goes on where the device stood when its state was kept; the run is over until its host takes it up again.
  mutating func restoreKeptState() {
    guard let state = keptStates?.state else { return }
    for (index, bytes) in state.segments.enumerated() { engine.write(bytes, at: 0, toSegment: index) }
    run = state.run
    self.state = run != 0 ? .ended : .idle
    records.clear(next: state.nextIndex)
  }

  /// Memory takes no time, so no PAUSE is needed.
  func keepState() -> Wire.Message {
    guard let keptStates else { return .stateKept(.init(generation: 0, milliseconds: 0, result: .noStore)) }
    keptStates.keep(
      .init(run: run, nextIndex: records.next, segments: engine.segments.indices.map(engine.bytes(ofSegment:))))
    return .stateKept(.init(generation: keptStates.generation, milliseconds: 0, result: .kept))
  }
}
