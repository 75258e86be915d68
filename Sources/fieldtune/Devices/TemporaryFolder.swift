import Foundation

/// A folder's name that nobody has; what is written there goes with this value or with the process.
final class TemporaryFolder {
  let url: URL
  private let leftover: UUID

  init() {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("fieldtune-\(UUID().uuidString)")
    self.url = url
    leftover = Leftovers.register { Self.remove(url) }
  }

  deinit {
    Leftovers.forget(leftover)
    Self.remove(url)
  }

  private static func remove(_ url: URL) {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      Console.note("\(url.path): cannot be removed: \(SystemReason.text(of: error))")
    }
  }
}
