import NIOCore

/// Closes a connection that takes too long over one line, so that whoever dribbles holds a place for a few
/// seconds and no longer. Between two lines a client may be silent: it follows a run.
final class LineDeadline: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  static let limit = TimeAmount.seconds(10)

  private var deadline: Scheduled<Void>?

  /// The first line is due from the beginning.
  func handlerAdded(context: ChannelHandlerContext) { arm(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytesView
    if bytes.contains(UInt8(ascii: "\n")) {
      deadline?.cancel()
      deadline = nil
    }
    if deadline == nil, bytes.last != UInt8(ascii: "\n") { arm(context) }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  private func arm(_ context: ChannelHandlerContext) {
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.limit) { context.close(promise: nil) }
  }
}
