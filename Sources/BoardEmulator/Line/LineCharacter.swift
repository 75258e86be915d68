/// What a receiver makes of one start bit on the line.
package struct LineCharacter: Hashable, Sendable {
  package var byte: UInt8
  /// Of the start bit.
  package var began: VirtualTime
  /// The stop bit was low.
  package var hasFramingError = false
  /// The samples of a bit disagreed.
  package var isNoisy = false

  package init(byte: UInt8, began: VirtualTime, hasFramingError: Bool = false, isNoisy: Bool = false) {
    self.byte = byte
    self.began = began
    self.hasFramingError = hasFramingError
    self.isNoisy = isNoisy
  }
}
