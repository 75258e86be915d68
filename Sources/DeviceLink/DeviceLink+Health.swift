import Transport

extension DeviceLink {
  /// Smoothed time from a frame to its acknowledgement; nil before the first.
  package var roundTripMicroseconds: UInt64? { conversation.endpoint.roundTripMicroseconds }

  /// How much faster than it says the device's counter runs, in parts of one; nil until it is measured.
  package var clockDrift: Double? { conversation.clock?.drift?.value }

  /// Bits per second of the line; nil where there is none.
  package var baud: Int? { (transport as? any SerialLine)?.baud }
}
