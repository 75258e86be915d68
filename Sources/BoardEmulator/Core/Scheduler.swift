/// What is to happen at which moment; at the same moment in the order in which it was asked for.
struct Scheduler {
  package struct Token: Hashable { fileprivate let order: UInt64 }

  private struct Entry {
    let time: VirtualTime
    let order: UInt64
    let action: () -> Void
  }

  /// Sorted, the next one last. A handful at a time.
  private var entries: [Entry] = []
  private var orders: UInt64 = 0

  var next: VirtualTime? { entries.last?.time }

  mutating func schedule(at time: VirtualTime, _ action: @escaping () -> Void) -> Token {
    orders += 1
    let index = entries.lastIndex { $0.time > time }.map { $0 + 1 } ?? 0
    entries.insert(Entry(time: time, order: orders, action: action), at: index)
    return Token(order: orders)
  }

  /// What has happened or was cancelled already stays as it is.
  mutating func cancel(_ token: Token) { entries.removeAll { $0.order == token.order } }

  mutating func takeDue(at now: VirtualTime) -> (() -> Void)? {
    guard let last = entries.last, last.time <= now else { return nil }
    entries.removeLast()
    return last.action
  }
}
