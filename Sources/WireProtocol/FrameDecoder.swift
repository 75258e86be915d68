/// Finds frames in a stream of bytes.
///
/// Invariants
///   - It holds at most one frame and forgets everything at a zero byte, so any garbage costs at
///     most the frame it touches.
///   - How the bytes are cut into calls changes nothing.
package struct FrameDecoder: Sendable {
  /// Of the connection whose frames are taken; nil while only hellos are.
  package var key: UInt32?
  /// What the latest wrong checksum differed by from the plain one.
  private var stranger: UInt32 = 0
  private var cobs = COBS.Decoder()
  private var contents: [UInt8] = []
  private var isOpen = false
  private var isTooLong = false

  package init(key: UInt32? = nil) {
    self.key = key
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
      return .success(try judge())
    } catch {
      return .failure(error)
    }
  }

  /// Two frames in a row that are wrong by the same number are whole, and of one other connection.
  private mutating func judge() throws(FrameError) -> Frame {
    guard contents.count >= Frame.overheadBytes else { throw .tooShort }
    let difference = Frame.difference(contents)
    let isHello = contents[0] & 7 == Wire.FrameKind.hello.rawValue
    guard difference == (isHello ? 0 : key) else {
      if difference == stranger { throw .foreign }
      stranger = difference
      throw .corrupt
    }
    return try Frame(checked: contents)
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
