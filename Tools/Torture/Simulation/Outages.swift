/// How long it takes from the moment when everything is back until the host has the next step.
struct Outages {
  private var begun: Fault?
  private var backAt: Int?
  /// Milliseconds, by what had happened last.
  private(set) var recoveries: [(fault: Fault, milliseconds: Int)] = []

  mutating func begin(_ fault: Fault) {
    begun = fault
    backAt = nil
  }

  mutating func notice(isWhole: Bool, now: Int) {
    if isWhole && begun != nil && backAt == nil { backAt = now }
  }

  mutating func noticeStep(now: Int) {
    guard let fault = begun, let backAt else { return }
    recoveries.append((fault, now - backAt))
    begun = nil
    self.backAt = nil
  }
}
