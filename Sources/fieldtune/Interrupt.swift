import Dispatch
import Foundation
import Synchronization

/// Ctrl-C: the first asks for a clean stop, the second ends the process.
final class Interrupt {
  private let sources: [any DispatchSourceSignal]

  /// - Parameter action: runs on a queue of its own at the first SIGINT or SIGTERM.
  init(_ action: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "fieldtune.interrupt")
    let wasAsked = FirstTime()
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        guard wasAsked.isFirst() else { exit(ExitStatus.interrupted.rawValue) }
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

  private final class FirstTime: Sendable {
    private let wasAsked = Mutex(false)

    func isFirst() -> Bool {
      wasAsked.withLock { wasAsked in
        defer { wasAsked = true }
        return !wasAsked
      }
    }
  }
}
