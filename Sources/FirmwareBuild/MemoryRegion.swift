/// A run of memory the linker may fill.
package struct MemoryRegion: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable { case flash, ram }
  package var name: String
  package var kind: Kind
  /// Address of the first byte, as `0x20000000`.
  package var origin: String
  package var bytes: Int
  /// Whether DMA reaches it.
  package var dma: Bool

  /// Nil when `origin` is not `0x` and hexadecimal digits.
  var originAddress: UInt64? {
    origin.hasPrefix("0x") ? UInt64(origin.dropFirst(2), radix: 16) : nil
  }
}
