import DeviceLink
import Synchronization
import Testing
import Transport
import WireProtocol

/// Who moves the bytes and watches the clock, with a clock that the test moves.
struct LinkPumpTests {
  /// On a line where nothing else happens, and with a clock that stands still while the question goes out.
  @Test(.timeLimit(.minutes(1))) func questionThatTimeAsks_waitsForNoOtherEvent() async throws {
    let (near, far) = InMemoryTransport.pair(name: "line")
    let (questions, sink) = AsyncStream.makeStream(of: UInt64.self)
    Task {
      var device = DeviceEndpoint(identity: .clockToy)
      for try await bytes in far.incoming {
        device.receive(bytes, now: 0)
        for case .message(let message) in device.takeEvents() {
          switch message {
          case .time(let time):
            _ = device.send(.timeReport(.init(hostMicroseconds: time.hostMicroseconds, ticks: 1)))
            sink.yield(time.hostMicroseconds)
          case .digest:
            _ = device.send(.digestReport(.init(digest: 7, trainingStep: 0, run: 0, nextIndex: 0)))
          default: break
          }
        }
        while let frame = device.nextFrame(now: 0) { try await far.write(frame) }
      }
    }
    let time = Mutex(Duration.zero)
    let clock = LinkClock(
      now: { time.withLock(\.self) },
      sleepUntil: { moment in
        while time.withLock(\.self) < moment {
          try Task.checkCancellation()
          await Task.yield()
        }
      })
    let link = DeviceLink(transport: near, clock: clock)
    _ = try await link.connect()
    var asked = questions.makeAsyncIterator()
    #expect(await asked.next() == 0)
    // Its answer comes behind that of the question; then the pump comes to rest.
    _ = try await link.digest()
    for _ in 0..<1000 { await Task.yield() }
    time.withLock { $0 = .milliseconds(100) }
    #expect(await asked.next() == 100_000)
    await link.close()
  }
}
