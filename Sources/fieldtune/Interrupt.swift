import Dispatch
import Foundation

/// Ctrl-C: the first asks for a clean stop, the second ends the process.
final class Interrupt {
  private let sources: [any DispatchSourceSignal]

  /// - Parameter action: runs on a queue of its own at the first SIGINT or SIGTERM.
  init(_ action: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "fieldtune.interrupt")
    let counter = Counter()
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        counter.count += 1
        guard counter.count == 1 else { exit(ExitStatus.interrupted.rawValue) }
        action()
      }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }

  /// Touched on the queue alone.
  private final class Counter: @unchecked Sendable {
    var count = 0
  }
}
