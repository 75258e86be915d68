import Transport

/// Finds a USB device's port, wherever it is plugged in now.
enum PortFinder {
  static func path(of id: String) throws -> String {
    let ports = try UdevPortEventSource().present().compactMap { event in
      if case .added(let port) = event { port } else { nil }
    }
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
}
