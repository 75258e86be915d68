import FaultSimulation
import Synchronization
import Transport

/// A transport that flips bits of what it writes, and so of what the other end hears.
final class NoisyTransport: ByteTransport {
  let name: String
  private let inner: any ByteTransport
  private let random: Mutex<SplitMix>
  private let flip: Double

  /// - Parameter flip: probability for each byte.
  init(_ inner: any ByteTransport, seed: UInt64, flip: Double) {
    name = inner.name
    self.inner = inner
    random = Mutex(SplitMix(seed: seed))
    self.flip = flip
  }

  var incoming: IncomingBytes { inner.incoming }

  func write(_ bytes: [UInt8]) async throws {
    try await inner.write(
      random.withLock { random in
        bytes.map { random.chance(flip) ? $0 ^ 1 << UInt8(random.next() % 8) : $0 }
      })
  }

  func close() async { await inner.close() }
}
