import CZlib

/// Decompression by zlib.
enum Inflater {
  /// No data set that a microcontroller is trained with is larger; a forged file could claim more.
  static let outputByteLimit = 1 << 30

  /// Decompresses a gzip file of one or more members.
  static func inflateGzip(
    _ bytes: ArraySlice<UInt8>, place: String, outputByteLimit: Int = outputByteLimit
  ) throws -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes
    repeat {
      // 16 more than the window's bits: a gzip header and a checksum are expected.
      let member = try inflate(
        rest, windowBits: MAX_WBITS + 16, place: place, limit: outputByteLimit - output.count)
      output += member.output
      rest = rest.dropFirst(member.consumedCount)
    } while !rest.isEmpty
    return output
  }

  /// Decompresses an entry of a ZIP file, which must give `count` bytes and end with its input.
  static func inflateRaw(
    _ bytes: ArraySlice<UInt8>, count: Int, place: String
  ) throws -> [UInt8] {
    let result = try inflate(bytes, windowBits: -MAX_WBITS, place: place, limit: count)
    guard result.output.count == count, result.consumedCount == bytes.count else {
      throw DatasetError(
        .damaged, place,
        found: "\(result.output.count) bytes out of \(result.consumedCount) compressed ones",
        expected: "\(count) out of \(bytes.count)")
    }
    return result.output
  }

  /// The CRC-32 that ZIP and gzip use.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
  }

  private static func inflate(
    _ bytes: ArraySlice<UInt8>, windowBits: CInt, place: String, limit: Int
  ) throws -> (output: [UInt8], consumedCount: Int) {
    // zlib remembers the address of its stream: it must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { stream.deallocate() }
    stream.initialize(to: z_stream())
    let started = inflateInit2_(
      stream, windowBits, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard started == Z_OK else { throw failure(started, stream, place) }
    defer { inflateEnd(stream) }

    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(max(4 * bytes.count, 1024), 256 * 1024))
    // zlib counts in 32 bits.
    var input = Array(bytes.prefix(Int(Int32.max)))
    let inputCount = input.count
    let status = try input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = UInt32(input.count)
      while true {
        let status = chunk.withUnsafeMutableBufferPointer { chunk in
          stream.pointee.next_out = chunk.baseAddress
          stream.pointee.avail_out = UInt32(chunk.count)
          return CZlib.inflate(stream, Z_NO_FLUSH)
        }
        output += chunk.prefix(chunk.count - Int(stream.pointee.avail_out))
        guard output.count <= limit else {
          throw DatasetError(
            .damaged, place, found: "more than \(limit) bytes when decompressed",
            expected: "at most that many")
        }
        if status != Z_OK { return status }
      }
    }
    guard status == Z_STREAM_END else { throw failure(status, stream, place) }
    return (output, inputCount - Int(stream.pointee.avail_in))
  }

  private static func failure(
    _ status: CInt, _ stream: UnsafeMutablePointer<z_stream>, _ place: String
  ) -> DatasetError {
    let found =
      if status == Z_BUF_ERROR {
        "the end of the file within compressed data"
      } else if let message = stream.pointee.msg {
        "damaged compressed data (\(String(cString: message)))"
      } else {
        "damaged compressed data (zlib says \(status))"
      }
    return DatasetError(.damaged, place, found: found, expected: "a complete compressed stream")
  }
}
