import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request does not come to its end in time, whose answer is not read, or that asks
/// for nothing more: whoever dribbles holds a place for a few seconds and no longer.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  static let requestLimit = TimeAmount.seconds(10)
  static let answerLimit = TimeAmount.seconds(30)

  private var deadline: Scheduled<Void>?

  func handlerAdded(context: ChannelHandlerContext) { arm(Self.requestLimit, context) }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { arm(Self.answerLimit, context) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else {
      context.write(data, promise: promise)
      return
    }
    let written = promise ?? context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenSuccess { self.arm(Self.requestLimit, context) }
    context.write(data, promise: written)
  }

  private func arm(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    guard context.channel.isActive || deadline == nil else { return }
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
  }
}
