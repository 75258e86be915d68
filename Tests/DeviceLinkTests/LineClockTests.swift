import DeviceLink
import Testing

/// The byte clock, in virtual time.
struct LineClockTests {
  /// A writer that keeps to the clock, on a line of another rate than it thinks, in steps of 50 µs.
  private struct Writer {
    var clock: LineClock
    let frameBytes: Int
    /// Bytes the line really moves in 50 µs.
    let bytesPerStep: Double
    var driverCounts = false
    var waiting = 0.0
    var deepest = 0.0
    var idleSteps = 0

    /// Bytes that the line has moved after so many steps.
    mutating func run(steps: Int) -> Double {
      var moved = 0.0
      var isFilling = true
      for step in 0..<steps {
        let now = Duration.microseconds(50 * step)
        var lead: Duration { clock.lead(now: now, unsentByteCount: driverCounts ? Int(waiting) : 0) }
        if lead <= LineClock.lowLead { isFilling = true }
        while isFilling, lead < LineClock.fullLead {
          clock.wrote(frameBytes, now: now)
          waiting += Double(frameBytes)
        }
        isFilling = false
        deepest = max(deepest, waiting)
        if waiting < bytesPerStep { idleSteps += 1 }
        let leaving = min(waiting, bytesPerStep)
        waiting -= leaving
        moved += leaving
      }
      return moved
    }
  }

  @Test(arguments: [115_200, 921_600, 2_000_000], [44, 300, 656])
  func writer_keepsTheLineBusyAndTheQueueShort(_ baud: Int, _ frameBytes: Int) {
    let bytesPerStep = Double(baud) / 10 * 50e-6
    var writer = Writer(
      clock: LineClock(bitsPerSecond: baud), frameBytes: frameBytes, bytesPerStep: bytesPerStep)
    let moved = writer.run(steps: 20_000)
    #expect(writer.idleSteps <= 1)
    #expect(moved >= 0.999 * bytesPerStep * 20_000)
    #expect(writer.deepest <= Double(baud) / 10 * 0.004 + Double(frameBytes))
  }

  /// A line that is slower than it says: only the driver's count holds the queue down.
  @Test func driverThatCounts_holdsBackWhatTheClockWouldLetThrough() {
    var writer = Writer(
      clock: LineClock(bitsPerSecond: 921_600), frameBytes: 300, bytesPerStep: 4, driverCounts: true)
    _ = writer.run(steps: 20_000)
    #expect(writer.deepest <= 369 + 300)
    #expect(writer.idleSteps <= 1)
  }

  @Test func clock_afterSilence_countsFromNow() {
    var clock = LineClock(bitsPerSecond: 100_000)
    clock.wrote(100, now: .zero)
    #expect(clock.lead(now: .milliseconds(4), unsentByteCount: 0) == .milliseconds(6))
    #expect(clock.lead(now: .seconds(9), unsentByteCount: 0) == .zero)
    clock.wrote(10, now: .seconds(9))
    #expect(clock.lead(now: .seconds(9), unsentByteCount: 0) == .milliseconds(1))
    #expect(clock.lead(now: .seconds(9), unsentByteCount: 50) == .milliseconds(5))
  }
}
