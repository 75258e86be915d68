import Transport

extension DeviceLink {
  /// Smoothed time from a frame to its acknowledgement; nil before the first.
  package var roundTripMicroseconds: UInt64? { conversation.endpoint.roundTripMicroseconds }

  /// Bits per second of the line; nil where there is none.
  package var baud: Int? { (transport as? any SerialLine)?.baud }
}
