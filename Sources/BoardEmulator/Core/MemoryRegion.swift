/// Memory of the machine, plain bytes.
package final class MemoryRegion {
  package enum Kind: Hashable, Sendable { case flash, ram }

  package let name: String
  package let start: UInt32
  package let size: UInt32
  package let kind: Kind
  /// False: the core alone reaches it (core-coupled memory, ITCM).
  package let isReachedByDMA: Bool
  /// True: a D-cache, where there is one, holds lines of it.
  package let isCacheable: Bool
  package let bytes: UnsafeMutablePointer<UInt8>

  package init(
    _ name: String, at start: UInt32, size: UInt32, _ kind: Kind, isReachedByDMA: Bool = true, isCacheable: Bool = false
  ) {
    self.name = name
    self.start = start
    self.size = size
    self.kind = kind
    self.isReachedByDMA = isReachedByDMA
    self.isCacheable = isCacheable
    // libunicorn maps pages of 4 KB, and wants them aligned.
    bytes = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 4096).assumingMemoryBound(to: UInt8.self)
    bytes.initialize(repeating: kind == .flash ? 0xFF : 0, count: Int(size))
  }

  deinit { UnsafeMutableRawPointer(bytes).deallocate() }

  package func contains(_ address: UInt32, count: UInt32 = 1) -> Bool {
    address >= start && UInt64(address) + UInt64(count) <= UInt64(start) + UInt64(size)
  }

  package subscript(address: UInt32) -> UInt8 {
    get { bytes[Int(address - start)] }
    set { bytes[Int(address - start)] = newValue }
  }

  package func word(at address: UInt32) -> UInt32 {
    UnsafeRawPointer(bytes).loadUnaligned(fromByteOffset: Int(address - start), as: UInt32.self)
  }

  package func setWord(_ value: UInt32, at address: UInt32) {
    UnsafeMutableRawPointer(bytes).storeBytes(of: value, toByteOffset: Int(address - start), as: UInt32.self)
  }

  /// Static memory comes up with anything in it: firmware that relies on zeros is found out.
  package func scramble(seed: UInt64) {
    var state = seed &+ UInt64(start) | 1
    for offset in stride(from: 0, to: Int(size), by: 8) {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      UnsafeMutableRawPointer(bytes).storeBytes(of: state, toByteOffset: offset, as: UInt64.self)
    }
  }
}
