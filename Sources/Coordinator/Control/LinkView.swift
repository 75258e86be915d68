/// The device of a run and the health of its link, as the daemon tells of them.
package struct LinkView: Hashable, Sendable, Codable {
  package struct Region: Hashable, Sendable, Codable {
    package let name: String
    package let bytes: Int
    package let planned: Int
    package let highWater: Int

    package init(name: String, bytes: Int, planned: Int, highWater: Int) {
      self.name = name
      self.bytes = bytes
      self.planned = planned
      self.highWater = highWater
    }
  }

  package var board: String
  package var firmware: String
  /// What ticks are: `cycles`, `instructions` or `nanoseconds`, and how many there are in a second.
  package var unit: String
  package var ticksPerSecond: Int
  /// Bits per second of the line; 0 where there is none.
  package var baud: Int
  package var roundTripMicroseconds: Int?
  /// How much faster than it says the device's counter runs, in parts of one.
  package var clockDrift: Double?
  /// What the device's own end has counted since its boot, by name; empty until it was asked.
  package var device: [String: Int]
  /// Connections that were opened, this one included. Counters are those of all of them.
  package var connections: Int
  package var framesSent: Int
  package var framesReceived: Int
  package var framesResent: Int
  /// Pieces that were no frame and frames that were no message, by reason.
  package var damaged: [String: Int]
  package var duplicates: Int
  /// Frames of a connection that is over.
  package var stale: Int
  package var echoes: Int
  package var timeouts: Int
  package var memory: [Region]

  package init(
    board: String, firmware: String, unit: String, ticksPerSecond: Int, baud: Int, roundTripMicroseconds: Int?,
    clockDrift: Double? = nil, device: [String: Int] = [:], connections: Int = 1, framesSent: Int, framesReceived: Int, framesResent: Int, damaged: [String: Int], duplicates: Int, stale: Int,
    echoes: Int, timeouts: Int, memory: [Region]
  ) {
    self.board = board
    self.firmware = firmware
    self.unit = unit
    self.ticksPerSecond = ticksPerSecond
    self.baud = baud
    self.roundTripMicroseconds = roundTripMicroseconds
    self.clockDrift = clockDrift
    self.device = device
    self.connections = connections
    self.framesSent = framesSent
    self.framesReceived = framesReceived
    self.framesResent = framesResent
    self.damaged = damaged
    self.duplicates = duplicates
    self.stale = stale
    self.echoes = echoes
    self.timeouts = timeouts
    self.memory = memory
  }

  /// The same link with what earlier connections of its run have counted.
  package func adding(_ earlier: LinkView) -> LinkView {
    var sum = self
    sum.connections += earlier.connections
    sum.framesSent += earlier.framesSent
    sum.framesReceived += earlier.framesReceived
    sum.framesResent += earlier.framesResent
    sum.damaged.merge(earlier.damaged, uniquingKeysWith: +)
    sum.duplicates += earlier.duplicates
    sum.stale += earlier.stale
    sum.echoes += earlier.echoes
    sum.timeouts += earlier.timeouts
    return sum
  }

  package var framesDamaged: Int { damaged.values.reduce(0, +) }
}
