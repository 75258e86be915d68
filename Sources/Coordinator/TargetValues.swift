/// Values of targets as bytes: int16, little-endian, as on the wire.
package enum TargetValues {
  /// - Precondition: `bytes` are even in number.
  package static func values(ofBytes bytes: some Collection<UInt8>) -> [Int16] {
    let bytes = Array(bytes)
    return stride(from: 0, to: bytes.count, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
  }

  package static func bytes(of values: some Sequence<Int16>) -> [UInt8] {
    values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }
}
