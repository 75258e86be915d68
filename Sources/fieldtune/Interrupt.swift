import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM, or a terminal that was closed. While there is work that can be stopped cleanly the first
/// asks for that; every other one ends the process.
final class Interrupt {
  private let request = Request()
  private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "fieldtune.interrupt")
    let request = request
    sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { request.arrive() }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources {
      source.cancel()
      signal(Int32(source.handle), SIG_DFL)
    }
  }

  /// - Parameter action: stops the work at hand, on a queue of its own; `nil` when there is none any more.
  func onRequest(_ action: (@Sendable () -> Void)?) { request.set(action) }

  /// As under `nohup`, which asks to outlive the terminal.
  private static func isIgnored(_ number: Int32) -> Bool {
    var current = sigaction()
    sigaction(number, nil, &current)
    return unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private final class Request: Sendable {
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ action: (@Sendable () -> Void)?) { self.action.withLock { $0 = action } }

    func arrive() {
      let action = action.withLock { action in
        defer { action = nil }
        return action
      }
      guard let action else { Leftovers.removeAndExit(.interrupted) }
      action()
    }
  }
}
