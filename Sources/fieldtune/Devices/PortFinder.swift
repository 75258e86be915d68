import Transport

/// Finds a USB device's port, wherever it is plugged in now.
enum PortFinder {
  /// What stays the same of the device at a path; the path itself where udev knows nothing of it.
  static func identity(at path: String) throws -> String {
    try present().first { $0.devicePath == path || $0.stablePath == path }?.stableID ?? path
  }

  static func path(of id: String) throws -> String {
    let ports = try present()
    let matches = ports.filter { $0.serialNumber == id || $0.stableID == id || $0.usb.description == id }
    guard matches.count <= 1 else {
      throw TransportError.cannotOpen(
        name: id, reason: "it names \(matches.count) ports: \(matches.map(\.stableID).joined(separator: ", "))")
    }
    guard let port = matches.first else {
      throw TransportError.cannotOpen(
        name: id, reason: "no port that is plugged in has this id ('fieldtune devices' lists them)")
    }
    return port.devicePath
  }

  private static func present() throws -> [Port] {
    try UdevPortEventSource().present().compactMap { event in
      if case .added(let port) = event { port } else { nil }
    }
  }
}
