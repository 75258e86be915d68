/// Faults on command that a peripheral itself has to look at; the others are done to the machine and to its line from
/// outside (`FaultInjector`).
package struct FaultInjection: Hashable, Sendable {
  /// HSERDY never comes: a dead crystal, or a probe that gives no clock.
  package var isExternalClockStuck = false
  /// An erase takes so many times as long as the data sheet says it typically does.
  package var eraseSlowdown = 1.0
  /// Power goes within that erase or program operation, counted from power on and from 1: what it would have changed is
  /// undefined after it.
  package var powerCutFlashOperation: UInt64?

  package init() {}
}
