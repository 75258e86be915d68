import Foundation

/// Tells systemd how the daemon is (sd_notify(3)); does nothing where `$NOTIFY_SOCKET` is not set.
struct SystemdNotifier: Sendable {
  private let path: String?
  /// A third of what systemd allows between two signs of life.
  private let interval: Duration?

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = environment["NOTIFY_SOCKET"]
    interval = environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0 / 3) }
  }

  func ready(status: String) { send("READY=1\nSTATUS=\(status)") }

  func stopping() { send("STOPPING=1") }

  /// Sends a sign of life whenever `isHealthy` says so, until the task is cancelled. Without one, systemd ends the
  /// daemon and starts it anew.
  func keepAlive(while isHealthy: @Sendable () async -> Bool) async {
    guard let interval else { return }
    while true {
      if await isHealthy() { send("WATCHDOG=1") }
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  private func send(_ state: String) {
    guard let path, var address = sockaddr_un(notifyPath: path) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { destination in
        _ = Array(state.utf8).withUnsafeBytes {
          sendto(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), destination, length)
        }
      }
    }
  }
}

extension sockaddr_un {
  /// `@name` is a name in the abstract namespace: its first byte is 0.
  fileprivate init?(notifyPath path: String) {
    self.init()
    var bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: sun_path), let first = bytes.first else { return nil }
    if first == UInt8(ascii: "@") { bytes[0] = 0 }
    sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
  }
}
