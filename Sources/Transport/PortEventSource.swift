/// What happens to the ports of this machine.
package enum PortEvent: Hashable, Sendable {
  /// A port is there: from the start, or plugged in.
  case added(Port)
  /// A port is gone.
  case removed(Port)
  /// A probe is there that cannot serve: tell the user why.
  case portlessProbeAdded(PortlessProbe)
  /// That probe is gone.
  case portlessProbeRemoved(PortlessProbe)
}

/// Where ports are discovered: udev, or a recording.
package protocol PortEventSource: Sendable {
  /// First an `added` for all that is there, then what happens, until the reading task ends.
  /// The stream ends by itself only when the source fails; then ask for a new one. Each call gives
  /// a stream of its own.
  ///
  /// - Throws: `TransportError.failed` when the system offers no such events.
  func events() throws -> AsyncStream<PortEvent>

  /// What is there now, as `added` events in order of the device's path.
  ///
  /// - Throws: `TransportError.failed` when the system cannot say.
  func present() throws -> [PortEvent]
}
