import Glibc
import Synchronization
import Testing
import Transport

/// A seeded sequence of bytes (SplitMix64), so that any disagreement can be reproduced.
func bytes(count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt8(truncatingIfNeeded: word ^ (word >> 31))
  }
}

/// Reads exactly `count` bytes, or fewer when the stream ends.
func read(_ count: Int, from transport: some ByteTransport) async throws -> [UInt8] {
  var received: [UInt8] = []
  while received.count < count, let chunk = try await next(of: transport) { received += chunk }
  return received
}

/// The next chunk, or `nil` at the end of the stream.
func next(of transport: some ByteTransport) async throws -> [UInt8]? {
  var iterator = transport.incoming.makeAsyncIterator()
  return try await iterator.next()
}

/// The `TransportError` that `body` throws.
func transportError<Result>(of body: () async throws -> Result) async throws -> TransportError {
  do {
    _ = try await body()
  } catch let error as TransportError {
    return error
  }
  throw MissingError()
}

struct MissingError: Error {}
