/// What came of one rate of the ladder, when every rate was tried.
package struct SpeedTrial: Hashable, Sendable, Codable {
  package enum Outcome: String, Hashable, Sendable, Codable {
    /// Fewer than one frame in a thousand was lost.
    case good
    case lossy
    /// Nothing, or not all in time, came back at this rate.
    case silent
    /// The device's clock cannot make it.
    case refusedByDevice
    /// This end's driver cannot make it.
    case refusedHere
  }

  package var baud: Int
  package var outcome: Outcome
  /// Frames that went both ways while it was measured, and those that were damaged or sent again.
  package var frames = 0
  package var lost = 0
}
