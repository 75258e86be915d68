import CUdev
import Dispatch
import Glibc

/// Follows udev's announcements and tells them as port events.
///
/// Invariants:
/// - After `start`, everything but the suspension of the source happens on `queue`, so that libudev
///   is never entered twice at once; hence `@unchecked Sendable`.
/// - The monitor listens before devices are listed, so nothing falls between; what is told twice
///   the inventory drops.
final class UdevMonitor: @unchecked Sendable {
  private let context: UdevContext
  private let monitor: OpaquePointer
  private let queue = DispatchQueue(label: "fieldtune.udev")
  private let source: any DispatchSourceRead
  private var inventory = PortInventory()
  private let presentAtStart: [UdevRecord]

  init() throws {
    context = try UdevContext()
    guard let monitor = udev_monitor_new_from_netlink(context.pointer, "udev") else {
      throw UdevContext.failure("udev_monitor_new_from_netlink")
    }
    for subsystem in UdevContext.subsystems {
      udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, nil)
    }
    guard udev_monitor_enable_receiving(monitor) >= 0 else {
      udev_monitor_unref(monitor)
      throw UdevContext.failure("udev_monitor_enable_receiving")
    }
    do {
      presentAtStart = try context.enumerate()
    } catch {
      udev_monitor_unref(monitor)
      throw error
    }
    self.monitor = monitor
    source = DispatchSource.makeReadSource(
      fileDescriptor: udev_monitor_get_fd(monitor), queue: queue)
  }

  /// Tells all that is there, then what happens, until `stop`, or until udev fails, which `end`
  /// reports. Called once.
  func start(
    telling tell: @escaping @Sendable (PortEvent) -> Void, end: @escaping @Sendable () -> Void
  ) {
    source.setEventHandler { [self] in
      if !receive(telling: tell) { stop() }
    }
    // The handlers keep the monitor alive until the source is cancelled and lets go of them.
    source.setCancelHandler { [self] in
      udev_monitor_unref(monitor)
      end()
    }
    queue.async { [self] in inventory.reconcile(presentAtStart).forEach(tell) }
    source.activate()
  }

  func stop() {
    source.cancel()
  }

  /// - Returns: false when udev failed and events would be missed from now on.
  private func receive(telling tell: (PortEvent) -> Void) -> Bool {
    errno = 0
    if let device = udev_monitor_receive_device(monitor) {
      defer { udev_device_unref(device) }
      inventory.apply(UdevRecord(device)).forEach(tell)
      return true
    }
    // Nothing to read after all, or a message the filter dropped.
    guard errno == ENOBUFS else { return errno == 0 || errno == EAGAIN || errno == EINTR }
    // The socket overflowed: compare with what is there now.
    guard let records = try? context.enumerate() else { return false }
    inventory.reconcile(records).forEach(tell)
    return true
  }
}
