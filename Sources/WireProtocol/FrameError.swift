/// Why the bytes between two zeros are no frame. The numbers are those of `enum frame_event`.
package enum FrameError: UInt8, Error, CaseIterable, Sendable {
  /// Fewer bytes than header and checksum.
  case tooShort = 2
  /// More bytes than the largest frame.
  case tooLong = 3
  /// A COBS block was cut.
  case cut = 4
  /// The checksum differs.
  case corrupt = 5
  /// A bit or a number that this version does not know.
  case reserved = 6
  /// A whole frame of another connection.
  case foreign = 7
}
