import WireProtocol

/// What a device tells without being asked.
package enum DeviceEvent: Equatable, Sendable {
  /// The line fell silent; hellos are sent until the device answers.
  case connectionLost
  /// The device answered again.
  case connectionRestored(DeviceDescription)
  case log(Wire.Log)
  /// The line's rate is found.
  case lineSpeed(Int)
  /// So many of its words were left out: it never stops.
  case tooMuch(Int)
  /// Messages were dropped on the device.
  case gap(Wire.Gap)
  /// The device will not answer for a while.
  case pause(Wire.Pause)
  /// The device crashed before its last boot.
  case crash(Wire.CrashReport)
  /// Of the code that the crash stopped.
  case registers(Wire.CrashRegisters)
  /// A complaint that belongs to no call and no sample on its way.
  case complaint(Wire.ErrorReport)
}
