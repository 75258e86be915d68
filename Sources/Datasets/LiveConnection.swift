import Foundation
import NIOCore

/// One sender of a live source.
///
/// Invariants:
/// - A line is taken only when there is room for its sample (or samples are dropped) and the sender
///   reads its answers. More is read only when no whole line is left: a sender holds at most one
///   line and one read's bytes.
/// - At most one `notifyWhenRoom` is pending.
/// - A sample counts as accepted once the reader says so; the last sums wait for all samples.
final class LiveConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Over a million values as JSON numbers.
  static let lineByteLimit = 16 << 20

  private let format: LiveSampleFormat
  private let queue: LiveQueue
  private let counter: LiveCounter
  private let whenFull: LiveSource.FullQueue
  private let senders: LiveSenders
  private var received = ByteBuffer()
  /// Bytes of `received` that are known to hold no line end.
  private var scannedCount = 0
  private var lineNumber = 0
  /// Parsed, but the queue was full.
  private var heldSample: LiveSample?
  private var isWaitingForRoom = false
  private var isWorking = false
  /// The last line was sent, and the connection closes after it.
  private var hasEnded = false
  private var hasSenderFinished = false
  private var counts = LiveCounts()
  /// Samples in the queue or with the reader, of which it is not known what becomes of them.
  private var unsettledCount = 0
  private var isTellingSums = false
  private var context: ChannelHandlerContext?

  /// The source closes: the sums are told, and the connection with them.
  struct End: Sendable {}

  init(
    format: LiveSampleFormat, queue: LiveQueue, counter: LiveCounter,
    whenFull: LiveSource.FullQueue, senders: LiveSenders
  ) {
    self.format = format
    self.queue = queue
    self.counter = counter
    self.whenFull = whenFull
    self.senders = senders
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    senders.add(context.channel)
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    senders.remove(context.channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    work(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    work(context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is End {
      hangUp(context)
      return
    }
    guard case ChannelEvent.inputClosed = event else {
      return context.fireUserInboundEventTriggered(event)
    }
    hasSenderFinished = true
    // A last line may lack its end.
    if received.readableBytes > 0 { received.writeInteger(UInt8(ascii: "\n")) }
    work(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The sender is gone; what it sent before counts.
    context.close(promise: nil)
  }
}

extension LiveConnection {
  /// Takes as many lines as may be taken now, then asks for what is needed to go on.
  private func work(_ context: ChannelHandlerContext) {
    // An answer may change the writability and so call this method again.
    guard !isWorking, !hasEnded else { return }
    isWorking = true
    defer { isWorking = false }
    while context.channel.isWritable, deliverHeldSample(context) {
      guard let line = nextLine() else { return askForMore(context) }
      take(line, context)
    }
  }

  private func askForMore(_ context: ChannelHandlerContext) {
    if received.readableBytes > Self.lineByteLimit {
      count { $0.refused += 1 }
      let sentence =
        "line \(lineNumber + 1): found more than \(Self.lineByteLimit) bytes, "
        + "expected a shorter line"
      endAfter(Self.json(error: sentence), context)
    } else if hasSenderFinished {
      if unsettledCount == 0 { endAfter(sums, context) }
    } else {
      received.discardReadBytes()
      context.read()
    }
  }

  private var sums: String {
    #"{"accepted":\#(counts.accepted),"dropped":\#(counts.dropped),"refused":\#(counts.refused)}"# + "\n"
  }

  private func nextLine() -> ByteBufferView? {
    let view = received.readableBytesView
    guard let end = view.dropFirst(scannedCount).firstIndex(of: UInt8(ascii: "\n")) else {
      scannedCount = view.count
      return nil
    }
    scannedCount = 0
    received.moveReaderIndex(forwardBy: end - view.startIndex + 1)
    return view[view.startIndex..<end]
  }

  private func take(_ line: ByteBufferView, _ context: ChannelHandlerContext) {
    lineNumber += 1
    guard line.contains(where: { !" \t\r".utf8.contains($0) }) else { return }
    do {
      heldSample = try format.sample(fromLine: Data(line), place: "line \(lineNumber)")
    } catch {
      refuse("\(error)", context)
    }
  }

  /// - Returns: whether no sample is held any more.
  private func deliverHeldSample(_ context: ChannelHandlerContext) -> Bool {
    guard let sample = heldSample else { return true }
    let arrival = arrival(of: sample, context)
    switch queue.offer(arrival) {
    case .accepted: unsettledCount += 1
    case .closed:
      context.close(promise: nil)
      return false
    case .full:
      guard dropOne(for: arrival) else {
        waitForRoom(context)
        return false
      }
    }
    heldSample = nil
    return true
  }

  private func dropOne(for arrival: LiveArrival) -> Bool {
    switch whenFull {
    case .hold: return false
    case .dropNewest:
      count { $0.dropped += 1 }
      return true
    case .dropOldest:
      let (result, oldest) = queue.offerForOldest(arrival)
      guard result == .accepted else { return false }
      unsettledCount += 1
      oldest?.drop()
      return true
    }
  }

  private func arrival(of sample: LiveSample, _ context: ChannelHandlerContext) -> LiveArrival {
    let eventLoop = context.eventLoop
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    return LiveArrival(sample: sample) { fate in
      eventLoop.execute { bound.value.settle(fate) }
    }
  }

  /// A sample of this sender is settled, perhaps after it has left.
  private func settle(_ fate: LiveArrival.Fate) {
    unsettledCount -= 1
    switch fate {
    case .accepted: count { $0.accepted += 1 }
    case .dropped: count { $0.dropped += 1 }
    }
    guard let context, !hasEnded else { return }
    if hasSenderFinished { return work(context) }
    tellSums(context)
  }

  /// Samples are settled in groups: one line for all that are settled at once, and none while the last one has not
  /// left, so that a sender that reads nothing before its end is not held up by answers.
  private func tellSums(_ context: ChannelHandlerContext) {
    guard !isTellingSums else { return }
    isTellingSums = true
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.eventLoop.execute {
      let connection = bound.value
      connection.isTellingSums = false
      guard let context = connection.context, !connection.hasEnded, !connection.hasSenderFinished,
        context.channel.isWritable
      else { return }
      connection.isTellingSums = true
      context.writeAndFlush(connection.wrapOutboundOut(ByteBuffer(string: connection.sums))).whenComplete { _ in
        bound.value.isTellingSums = false
      }
    }
  }

  /// A sender that does not read gets no more than its socket takes now.
  private func hangUp(_ context: ChannelHandlerContext) {
    guard !hasEnded else { return }
    hasEnded = true
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: sums)), promise: nil)
    context.close(promise: nil)
  }

  private func waitForRoom(_ context: ChannelHandlerContext) {
    guard !isWaitingForRoom else { return }
    isWaitingForRoom = true
    let eventLoop = context.eventLoop
    let bound = NIOLoopBound((connection: self, context: context), eventLoop: eventLoop)
    queue.notifyWhenRoom {
      eventLoop.execute {
        let (connection, context) = bound.value
        connection.isWaitingForRoom = false
        connection.work(context)
      }
    }
  }

  private func refuse(_ sentence: String, _ context: ChannelHandlerContext) {
    count { $0.refused += 1 }
    context.writeAndFlush(
      wrapOutboundOut(ByteBuffer(string: Self.json(error: sentence))), promise: nil)
  }

  /// Hangs up once the sender's side has the line.
  private func endAfter(_ line: String, _ context: ChannelHandlerContext) {
    hasEnded = true
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line))).whenComplete { _ in
      channel.close(promise: nil)
    }
  }

  private static func json(error sentence: String) -> String {
    let escaped = sentence.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20: " "
      default: "\(scalar)"
      }
    }
    return #"{"error":"\#(escaped.joined())"}"# + "\n"
  }

  private func count(_ change: (inout LiveCounts) -> Void) {
    change(&counts)
    counter.update(change)
  }
}
