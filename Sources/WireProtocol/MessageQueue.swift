/// Messages that wait to be cut into fragments, first in, first out.
struct MessageQueue: Sendable {
  struct Fragment {
    var channel: Wire.Channel
    var isFirst: Bool
    var isLast: Bool
    var body: [UInt8]
  }

  private var messages: [(bytes: [UInt8], channel: Wire.Channel)] = []
  /// Messages before it have been taken.
  private var head = 0
  /// Bytes of the front message that have been taken.
  private var offset = 0
  /// Bytes not taken yet.
  private(set) var byteCount = 0

  var isEmpty: Bool { head == messages.count }

  /// Bytes left of the front message.
  var frontBytes: Int { isEmpty ? 0 : messages[head].bytes.count - offset }

  mutating func append(_ bytes: [UInt8], _ channel: Wire.Channel) {
    precondition(!bytes.isEmpty && bytes.count <= Wire.maximumMessageBytes, "\(bytes.count) bytes")
    messages.append((bytes, channel))
    byteCount += bytes.count
  }

  /// At most `limit` bytes of the front message.
  mutating func take(_ limit: Int) -> Fragment? {
    guard !isEmpty else { return nil }
    let (bytes, channel) = messages[head]
    let end = min(bytes.count, offset + limit)
    let fragment = Fragment(
      channel: channel, isFirst: offset == 0, isLast: end == bytes.count,
      body: Array(bytes[offset..<end]))
    byteCount -= end - offset
    offset = end
    if end == bytes.count { dropFront() }
    return fragment
  }

  private mutating func dropFront() {
    messages[head].bytes = []
    head += 1
    offset = 0
    if head > 64 || isEmpty {
      messages.removeFirst(head)
      head = 0
    }
  }
}
