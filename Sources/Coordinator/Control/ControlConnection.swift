import Transport

/// The client's end of the daemon's socket.
struct ControlConnection {
  private let transport: UnixSocketTransport
  private var incoming: IncomingBytes.AsyncIterator
  private var buffer = LineBuffer(limitBytes: ControlLimits.replyLineBytes)
  private var lines: ArraySlice<[UInt8]> = []

  init(_ transport: UnixSocketTransport) {
    self.transport = transport
    incoming = transport.incoming.makeAsyncIterator()
  }

  func send(_ request: ControlRequest) async throws(ControlFailure) {
    do {
      try await transport.write(try request.line())
    } catch {
      throw ControlFailure(.daemon, "daemon: \(error)")
    }
  }

  /// - Throws: the failure the daemon reports, or `.daemon` when it is gone.
  mutating func reply() async throws(ControlFailure) -> ControlReply {
    while lines.isEmpty {
      lines = try buffer.lines(completedBy: try await bytes())[...]
    }
    let reply = try ControlReply(line: lines.removeFirst())
    if case .failure(let failure) = reply { throw failure }
    return reply
  }

  private mutating func bytes() async throws(ControlFailure) -> [UInt8] {
    let bytes: [UInt8]?
    do {
      bytes = try await incoming.next()
    } catch {
      throw ControlFailure(.daemon, "daemon: \(error)")
    }
    guard let bytes else {
      throw ControlFailure(
        .daemon, "daemon: it closed the connection: 'fieldtune runs' tells how far the run came")
    }
    return bytes
  }

  func close() async { await transport.close() }
}
