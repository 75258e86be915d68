import FaultSimulation
import Foundation
import Synchronization

/// The firmware's session and link with a toy as their step, as a board's main loop runs them: a thread of its own on
/// one end of a pair of sockets. It keeps its power when the other end is gone.
final class ToyBoard: Sendable {
  private let isStopping = Mutex(false)
  private let stopped = DispatchSemaphore(value: 0)
  /// The line's end.
  let lineEnd: CInt

  init(inputBytes: Int = ToyStep.inputBytes) throws {
    var pair: [CInt] = [0, 0]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    lineEnd = pair[0]
    let end = pair[1]
    let thread = Thread { [self] in
      serve(FirmwareDevice(bootID: 1, inputBytes: inputBytes), end)
      close(end)
      stopped.signal()
    }
    thread.name = "board"
    thread.start()
  }

  func stop() {
    isStopping.withLock { $0 = true }
    stopped.wait()
  }

  /// A UART's transmit ring of 1,024 bytes and its receive ring of 4,096.
  private func serve(_ device: FirmwareDevice, _ end: CInt) {
    let clock = ContinuousClock()
    let start = clock.now
    var outgoing: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4095)
    var hasMore = false
    while !isStopping.withLock({ $0 }) {
      var entry = pollfd(fd: end, events: Int16(outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0)
      _ = poll(&entry, 1, hasMore ? 0 : 1)
      let now = UInt32(truncatingIfNeeded: Int(start.duration(to: clock.now) / .milliseconds(1)))
      let count = read(end, &buffer, buffer.count)
      if count > 0 { device.receive(Array(buffer[..<count]), now: now) }
      hasMore = device.poll(now: now)
      while let frame = device.nextFrame(capacity: 1023 - outgoing.count, now: now) { outgoing += frame }
      if !outgoing.isEmpty { outgoing.removeFirst(max(0, write(end, outgoing, outgoing.count))) }
    }
  }
}
