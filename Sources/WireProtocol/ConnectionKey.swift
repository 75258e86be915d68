extension Wire.DeviceHello {
  /// What the checksums of this connection's frames are changed by: a frame that belongs to another
  /// one, however late it comes, fits none of ours. CRC-32C of session, attempt, boot and connection,
  /// so that numbers which differ in few bits never give the same key.
  package var key: UInt32 {
    var writer = WireWriter()
    writer.write(session)
    writer.write(attempt)
    writer.write(bootID)
    writer.write(connection)
    return CRC32C.checksum(writer.bytes)
  }
}
