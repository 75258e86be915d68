import Datasets
import Foundation
import Synchronization
import Testing

/// A program that writes lines to a live source, with blocking calls on a thread of its own.
private final class Sender: Sendable {
  private let number: Int32

  init(path: String) throws {
    number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let number = number
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, size) }
    }
    try #require(connected == 0)
  }

  /// Writes all, finishes, and returns what the source answers until it hangs up.
  func send(_ text: String) async -> String {
    let number = number
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
          let count = bytes[start...].withUnsafeBytes {
            Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          }
          if count <= 0 { break }
          start += count
        }
        shutdown(number, Int32(SHUT_WR))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(number, &buffer, buffer.count), count > 0 {
          answer += buffer[0..<count]
        }
        close(number)
        continuation.resume(returning: String(decoding: answer, as: UTF8.self))
      }
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct LiveSourceTests {
  private let path = NSTemporaryDirectory() + "/ft-live-\(UUID().uuidString.prefix(8))"

  private func listen(
    _ format: LiveSampleFormat = LiveSampleFormat(valueCount: 2, classCount: 3),
    capacity: Int = 64, whenFull: LiveSource.FullQueue = .hold
  ) async throws -> LiveSource {
    try await LiveSource.listen(path: path, format: format, capacity: capacity, whenFull: whenFull)
  }

  /// Takes a sample and says that it is safe.
  private func next(_ source: LiveSource) async throws -> LiveSample? {
    let arrival = try await source.next(1).first
    arrival?.accept()
    return arrival?.sample
  }

  /// The sums at the end; those told before depend on who is faster.
  private static func last(_ answer: String) -> String { answer.split(separator: "\n").last.map(String.init) ?? "" }

  @Test func lines_becomeSamples() async throws {
    let source = try await listen()
    async let sent = try Sender(path: path).send(
      """
      {"x": [1, -0.5], "label": 2}

      {"x64": "AP8=", "label": 0}
      {"x64": "gAE=", "type": "i8", "label": 1}
      {"label": 1, "type": "f32", "x64": "AACAPwAAAL8="}
      """)
    #expect(try await next(source) == LiveSample(values: .real([1, -0.5]), label: 2))
    #expect(try await next(source) == LiveSample(values: .unsigned([0, 255]), label: 0))
    #expect(try await next(source) == LiveSample(values: .signed([-128, 1]), label: 1))
    #expect(try await next(source) == LiveSample(values: .real([1, -0.5]), label: 1))
    #expect(Self.last(try await sent) == "{\"accepted\":4,\"dropped\":0,\"refused\":0}")
    await source.close()
    #expect(try await next(source) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  static let refused: [(line: String, sentence: String)] = [
    (
      "hello",
      "found no such object, expected {\"x\": [numbers], \"label\": n} or {\"x64\": \"base64\", "
        + "\"type\": \"u8\", \"label\": n}"
    ),
    (
      "{\"x\": [1], \"label\": 0}",
      "found 1 values, expected 2, the size of the model's input"
    ),
    ("{\"x\": [1, 2], \"label\": 3}", "found label 3, expected 0 to 2"),
    ("{\"x\": [1, 2], \"label\": -1}", "found label -1, expected 0 to 2"),
    ("{\"x\": [1, 2]}", "found no label, expected \"label\": n"),
    ("{\"label\": 1}", "found neither x nor x64, expected one of the two"),
    (
      "{\"x\": [1, 2], \"x64\": \"AP8=\", \"label\": 1}",
      "found both x and x64, expected one of the two"
    ),
    ("{\"x64\": \"*\", \"label\": 1}", "found an x64 that is no base64, expected base64"),
    (
      "{\"x64\": \"AAA=\", \"type\": \"f32\", \"label\": 1}",
      "found 2 bytes of type f32, expected a multiple of 4"
    ),
    (
      "{\"x64\": \"AADAfwAAAAA=\", \"type\": \"f32\", \"label\": 1}",
      ": value 0: found nan, expected a finite number"
    ),
  ]

  @Test(arguments: refused) func badLine_isAnsweredAndSkipped(
    line: String, sentence: String
  ) async throws {
    let source = try await listen()
    async let sent = try Sender(path: path).send("\(line)\n{\"x\": [3, 4], \"label\": 1}")
    #expect(try await next(source) == LiveSample(values: .real([3, 4]), label: 1))
    let answer = try await sent
    let lines = answer.split(separator: "\n")
    let first = try JSONDecoder().decode([String: String].self, from: Data(lines[0].utf8))
    #expect(first["error"] == "line 1" + (sentence.hasPrefix(":") ? "" : ": ") + sentence)
    #expect(lines.last == "{\"accepted\":1,\"dropped\":0,\"refused\":1}")
    #expect(source.refusedCount == 1)
    await source.close()
  }

  @Test func fullQueue_holdsTheSenderBackWithoutLoss() async throws {
    let source = try await listen(capacity: 3)
    let sender = try Sender(path: path)
    let count = 20_000
    async let answer = sender.send(
      (0..<count).map { "{\"x\": [\($0), 0], \"label\": 0}\n" }.joined())
    for index in 0..<count {
      #expect(try await next(source)?.values == .real([Float(index), 0]))
    }
    #expect(Self.last(await answer) == "{\"accepted\":\(count),\"dropped\":0,\"refused\":0}")
    await source.close()
  }

  @Test(arguments: [(LiveSource.FullQueue.dropNewest, 0), (.dropOldest, 7)])
  func fullQueue_dropsAndCounts(whenFull: LiveSource.FullQueue, first: Int) async throws {
    let source = try await listen(capacity: 3, whenFull: whenFull)
    let lines = (0..<10).map { "{\"x\": [\($0), 0], \"label\": 0}\n" }.joined()
    async let answer = try Sender(path: path).send(lines)
    while source.droppedCount < 7 { await Task.yield() }
    let kept = try await source.next(5)
    #expect(kept.map(\.sample.values) == (first..<first + 3).map { .real([Float($0), 0]) })
    for arrival in kept { arrival.accept() }
    #expect(Self.last(try await answer) == "{\"accepted\":3,\"dropped\":7,\"refused\":0}")
    await source.close()
  }

  /// A reader that fails to make a sample safe does not say that it did.
  @Test func sampleThatIsNotSafe_isNotCountedAsAccepted() async throws {
    let source = try await listen()
    async let answer = try Sender(path: path).send("{\"x\": [1, 2], \"label\": 0}\n")
    let arrivals = try await source.next(1)
    #expect(arrivals.count == 1)
    await source.close()
    #expect(Self.last(try await answer) == "{\"accepted\":0,\"dropped\":0,\"refused\":0}")
  }

  @Test func senderThatNeverReads_isHeldBack() async throws {
    let source = try await listen()
    let sender = try Sender(path: path)
    // Every line is refused, and the answers fill the socket: nobody reads them.
    async let answer = sender.send(String(repeating: "no\n", count: 1_000_000))
    while source.refusedCount == 0 { await Task.yield() }
    await source.close()
    _ = await answer
    #expect(source.refusedCount < 1_000_000)
  }

  @Test func close_hangsUpOnSenders() async throws {
    let source = try await listen()
    let sender = try Sender(path: path)
    let reader = Task { try await next(source) }
    async let answer = sender.send("{\"x\": [1, 2], \"label\": 0}\n")
    _ = await answer
    #expect(try await reader.value != nil)
    let idle = try Sender(path: path)
    await source.close()
    // The sums, or nothing where it was not yet heard of.
    #expect(["", "{\"accepted\":0,\"dropped\":0,\"refused\":0}\n"].contains(await idle.send("")))
  }

  @Test func socket_isForOwnerAndGroupAlone_andNotTakenOver() async throws {
    let source = try await listen()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o660)
    let error = await #expect(throws: DatasetError.self) { try await listen() }
    #expect(
      error?.description
        == "live:\(path): found another program that listens there, expected a socket to listen on")
    await source.close()
  }

  @Test func leftoverSocket_isReplaced_andAFileIsNot() async throws {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    close(number)
    await (try await listen()).close()
    try Data([1]).write(to: URL(fileURLWithPath: path))
    await #expect(throws: DatasetError.self) { try await listen() }
    try FileManager.default.removeItem(atPath: path)
  }
}
