/// The devices that are there, and the events that lead from one state to the next.
///
/// Invariants: a device is added once before it is removed, and removed before another takes its
/// place, even if udev repeats itself, skips events, or lists a device that was announced already.
struct PortInventory {
  private enum Device: Equatable {
    case port(Port)
    case portless(PortlessProbe)

    init?(_ record: UdevRecord) {
      if let port = record.port {
        self = .port(port)
      } else if let probe = record.portlessProbe {
        self = .portless(probe)
      } else {
        return nil
      }
    }

    var added: PortEvent {
      switch self {
      case .port(let port): .added(port)
      case .portless(let probe): .portlessProbeAdded(probe)
      }
    }

    var removed: PortEvent {
      switch self {
      case .port(let port): .removed(port)
      case .portless(let probe): .portlessProbeRemoved(probe)
      }
    }
  }

  private var devices: [String: Device] = [:]

  /// The events of one report. A device that is of no interest makes none.
  mutating func apply(_ record: UdevRecord) -> [PortEvent] {
    guard let key = record.key else { return [] }
    let former = devices[key]
    switch record.action {
    case .removed:
      devices[key] = nil
      return former.map { [$0.removed] } ?? []
    case .present:
      let device = Device(record)
      guard device != former else { return [] }
      devices[key] = device
      return [former?.removed, device?.added].compactMap(\.self)
    }
  }

  /// The events that lead to exactly the devices in `records`: at the start, and after events were
  /// lost. Removals come first; then in order of the devices' paths.
  mutating func reconcile(_ records: [UdevRecord]) -> [PortEvent] {
    let present = records.sorted { ($0.key ?? "") < ($1.key ?? "") }
    let keys = Set(present.compactMap(\.key))
    let gone = devices.keys.filter { !keys.contains($0) }.sorted()
    let removals = gone.compactMap { devices.removeValue(forKey: $0)?.removed }
    return removals + present.flatMap { apply($0) }
  }
}
