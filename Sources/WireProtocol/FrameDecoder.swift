/// Finds frames in a stream of bytes.
///
/// Invariants
///   - It holds at most one frame and forgets everything at a zero byte, so any garbage costs at
///     most the frame it touches.
///   - How the bytes are cut into calls changes nothing.
package struct FrameDecoder: Sendable {
  private var cobs = COBS.Decoder()
  private var contents: [UInt8] = []
  private var isOpen = false
  private var isTooLong = false

  package init() {
    contents.reserveCapacity(Frame.maximumContentBytes)
  }

  /// Takes a byte of the wire; at the zero that ends something, says what it was.
  package mutating func take(_ byte: UInt8) -> Result<Frame, FrameError>? {
    guard byte == 0 else {
      isOpen = true
      if let content = cobs.take(byte) { append(content) }
      return nil
    }
    defer { forget() }
    guard isOpen else { return nil }
    if isTooLong { return .failure(.tooLong) }
    if !cobs.isWhole { return .failure(.cut) }
    do throws(FrameError) {
      return .success(try Frame(contents: contents))
    } catch {
      return .failure(error)
    }
  }

  private mutating func append(_ content: UInt8) {
    if contents.count < Frame.maximumContentBytes {
      contents.append(content)
    } else {
      isTooLong = true
    }
  }

  private mutating func forget() {
    cobs = COBS.Decoder()
    contents.removeAll(keepingCapacity: true)
    isOpen = false
    isTooLong = false
  }
}
