import CUdev
import Dispatch
import Glibc

/// The ports of this machine, through libudev.
///
/// Listens to what udevd announces after its rules have run, not to the kernel's own events: at
/// those the port has neither its group nor its links yet. Pseudo-terminals and QEMU raise no
/// events. Without udevd (in most containers) nothing is found.
package struct UdevPortEventSource: PortEventSource {
  package init() {}

  /// Whether udevd runs, without which no port is found or announced.
  package static var isServiceRunning: Bool {
    access("/run/udev/control", F_OK) == 0
  }

  /// All devices of the subsystems that hold ports and probes, as udev describes them.
  package func records() throws -> [UdevRecord] { try UdevContext().enumerate() }

  package func present() throws -> [PortEvent] {
    let context = try UdevContext()
    var inventory = PortInventory()
    return inventory.reconcile(try context.enumerate())
  }

  package func events() throws -> AsyncStream<PortEvent> {
    let monitor = try UdevMonitor()
    return AsyncStream { continuation in
      continuation.onTermination = { _ in monitor.stop() }
      monitor.start(telling: { continuation.yield($0) }, end: { continuation.finish() })
    }
  }
}

/// A libudev context. libudev is not safe for threads: whoever holds the context uses it from one
/// thread at a time.
final class UdevContext {
  /// The subsystems that hold ports and probes.
  static let subsystems = ["tty", "usb"]

  let pointer: OpaquePointer

  init() throws {
    guard let pointer = udev_new() else { throw Self.failure("udev_new") }
    self.pointer = pointer
  }

  deinit { udev_unref(pointer) }

  static func failure(_ call: String) -> TransportError {
    .failed(name: "udev", reason: "\(call): \(errorText(errno))")
  }

  /// All devices of the subsystems that are there now.
  func enumerate() throws -> [UdevRecord] {
    guard let enumeration = udev_enumerate_new(pointer) else {
      throw Self.failure("udev_enumerate_new")
    }
    defer { udev_enumerate_unref(enumeration) }
    for subsystem in Self.subsystems {
      guard udev_enumerate_add_match_subsystem(enumeration, subsystem) >= 0 else {
        throw Self.failure("udev_enumerate_add_match_subsystem")
      }
    }
    guard udev_enumerate_scan_devices(enumeration) >= 0 else {
      throw Self.failure("udev_enumerate_scan_devices")
    }
    var records: [UdevRecord] = []
    var entry = udev_enumerate_get_list_entry(enumeration)
    while let current = entry {
      // A device may vanish between the listing and this look at it.
      if let device = udev_device_new_from_syspath(pointer, udev_list_entry_get_name(current)) {
        records.append(UdevRecord(device))
        udev_device_unref(device)
      }
      entry = udev_list_entry_get_next(current)
    }
    return records
  }
}

extension UdevRecord {
  init(_ device: OpaquePointer) {
    var properties: [String: String] = [:]
    var entry = udev_device_get_properties_list_entry(device)
    while let current = entry {
      if let name = udev_list_entry_get_name(current), let value = udev_list_entry_get_value(current) {
        properties[String(cString: name)] = String(cString: value)
      }
      entry = udev_list_entry_get_next(current)
    }
    let action = udev_device_get_action(device).map { String(cString: $0) }
    self.init(action: action == "remove" ? .removed : .present, properties: properties)
  }
}
