import Testing
import Transport

@Suite struct InMemoryTransportTests {
  @Test func pair_deliversBothWaysInOrder() async throws {
    let (host, device) = InMemoryTransport.pair()
    try await host.write([1, 2])
    try await host.write([3])
    try await device.write([4])
    #expect(try await read(3, from: device) == [1, 2, 3])
    #expect(try await read(1, from: host) == [4])
  }

  @Test func write_waitsWhileThePeerDoesNotRead() async throws {
    let (host, device) = InMemoryTransport.pair(capacityBytes: 8)
    let sent = bytes(count: 1000, seed: 1)
    let writer = Task {
      for start in stride(from: 0, to: 1000, by: 4) {
        try await host.write(Array(sent[start..<start + 4]))
      }
    }
    var received: [UInt8] = []
    while received.count < 1000 {
      let chunk = try #require(try await next(of: device))
      #expect(chunk.count <= 8)
      received += chunk
    }
    try await writer.value
    #expect(received == sent)
  }

  @Test func close_endsBothEndsAfterTheBytesOnTheWay() async throws {
    let (host, device) = InMemoryTransport.pair()
    try await host.write([7])
    await host.close()
    await host.close()
    #expect(try await next(of: device) == [7])
    #expect(try await next(of: device) == nil)
    #expect(try await next(of: host) == nil)
    #expect(try await transportError { try await device.write([1]) } == .closed(name: "loopback"))
  }

  @Test func close_releasesAWriterThatWaits() async throws {
    let (host, _) = InMemoryTransport.pair(capacityBytes: 1)
    let writer = Task { try await host.write([1, 2, 3]) }
    await Task.yield()
    await host.close()
    // Whether it was accepted before or refused after the closing: it returns.
    _ = await writer.result
  }

  @Test func incoming_goesOnAfterACancelledReader() async throws {
    let (host, device) = InMemoryTransport.pair()
    let reader = Task { try await next(of: device) }
    await Task.yield()
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    try await host.write([5])
    #expect(try await next(of: device) == [5])
  }
}
