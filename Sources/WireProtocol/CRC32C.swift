/// CRC-32C (Castagnoli): polynomial 0x1EDC6F41 reflected, initial value and final inversion of all
/// ones (RFC 3720, appendix B.4). The check value of "123456789" is 0xE3069283.
package enum CRC32C {
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
  }

  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { $0 >> 8 ^ remainders[Int(($0 ^ UInt32($1)) & 0xFF)] }
  }
}
