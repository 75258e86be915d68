import NIOCore
import NIOPosix

/// A byte stream over a channel of the process-wide event loops: the part that ports, sockets and
/// pseudo-terminals share.
///
/// Invariants:
/// - The channel never reads by itself. The handler asks for one read at a time, and not while the
///   queue is full; the kernel's buffer then holds the sender back.
/// - The queue ends exactly once, whichever side ends the channel.
final class ChannelTransport: ByteTransport {
  /// Unread bytes from which on the channel stops reading: 0.7 s of a line at 921,600 baud.
  static let unreadByteLimit = 64 * 1024

  let name: String
  let incoming: IncomingBytes
  private let channel: any Channel

  /// Completes when the channel's descriptors are closed.
  var closed: EventLoopFuture<Void> { channel.closeFuture }

  private init(name: String, channel: any Channel, queue: ByteQueue) {
    self.name = name
    self.channel = channel
    incoming = IncomingBytes(queue: queue)
  }

  /// Wraps `descriptor`, a terminal, of which it takes a duplicate and not the ownership.
  static func overTerminal(
    _ descriptor: Descriptor, name: String
  ) async throws -> ChannelTransport {
    let queue = ByteQueue(limit: unreadByteLimit)
    let (input, output) = try descriptor.duplicates(name: name)
    let bootstrap = NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: false)
      .channelInitializer { $0.addReader(of: queue, name: name) }
    do {
      let channel = try await bootstrap.takingOwnershipOfDescriptors(input: input, output: output)
        .get()
      return ChannelTransport(name: name, channel: channel, queue: queue)
    } catch {
      closeDescriptor(input)
      closeDescriptor(output)
      throw TransportError.cannotOpen(name: name, reason: "\(error)")
    }
  }

  /// Connects to the Unix socket at `path`. Throws what the event loop throws.
  static func connecting(toUnixSocket path: String, name: String) async throws -> ChannelTransport {
    let queue = ByteQueue(limit: unreadByteLimit)
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: false)
      .channelInitializer { $0.addReader(of: queue, name: name) }
      .connect(unixDomainSocketPath: path).get()
    return ChannelTransport(name: name, channel: channel, queue: queue)
  }

  func write(_ bytes: [UInt8]) async throws {
    guard channel.isActive else { throw TransportError.closed(name: name) }
    guard !bytes.isEmpty else { return }
    do {
      try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    } catch {
      throw TransportError(error, name: name) ?? .closed(name: name)
    }
  }

  func close() async {
    channel.close(promise: nil)
    await withCheckedContinuation { continuation in
      channel.closeFuture.whenComplete { _ in continuation.resume() }
    }
  }
}

extension Channel {
  fileprivate func addReader(of queue: ByteQueue, name: String) -> EventLoopFuture<Void> {
    eventLoop.makeCompletedFuture {
      try pipeline.syncOperations.addHandler(ChannelReader(queue: queue, name: name))
    }
  }
}

/// Moves what the channel reads into the queue, as long as there is room.
private final class ChannelReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let queue: ByteQueue
  private let name: String
  private var isFull = false

  init(queue: ByteQueue, name: String) {
    self.queue = queue
    self.name = name
  }

  func channelActive(context: ChannelHandlerContext) {
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Array(unwrapInboundIn(data).readableBytesView)
    if case .full = queue.push(bytes) { isFull = true }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard isFull else { return context.read() }
    isFull = false
    let channel = context.channel
    queue.notifyWhenDrained { channel.read() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    queue.finish()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    queue.finish(throwing: TransportError(error, name: name))
    context.close(promise: nil)
  }
}

extension TransportError {
  /// The event loop's error in our terms; `nil` when it says no more than that the device is gone.
  fileprivate init?(_ error: any Error, name: String) {
    switch error {
    case let error as IOError where Self.codesOfAVanishedDevice.contains(error.errnoCode):
      return nil
    case is ChannelError:
      return nil
    default:
      self = .failed(name: name, reason: "\(error)")
    }
  }

  /// An unplugged terminal reads as EIO, ENXIO or ENODEV; a closed socket writes as EPIPE or
  /// resets.
  private static let codesOfAVanishedDevice: Set<CInt> = [
    EIO, ENXIO, ENODEV, EPIPE, ECONNRESET, EBADF,
  ]
}
