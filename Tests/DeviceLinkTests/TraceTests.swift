import DeviceLink
import DeviceModel
import Foundation
import Testing
import Transport
import WireProtocol

/// Recorded connections, and their replay.
struct TraceTests {
  /// A folder of its own for each test, removed with it.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { do { try FileManager.default.removeItem(at: url) } catch { Issue.record(error) } }
    func path(_ name: String) -> String { url.appending(path: name).path }
  }

  /// Trains over a line that damages one byte in 500 in both directions, and records it.
  private func record(_ path: String, samples: Int) async throws {
    let (near, far) = InMemoryTransport.pair(name: "line")
    let noisy = NoisyTransport(far, seed: 6, flip: 0.002)
    let server = DeviceServer(engine: ToyEngine(), identity: .toy(bootID: 1), transport: noisy)
    Task { await server.run() }
    let trace = try LinkTrace(path: path)
    let link = DeviceLink(transport: NoisyTransport(near, seed: 5, flip: 0.002), trace: trace)
    _ = try await link.connect()
    let run = try await link.beginRun(
      Script.run, seed: Script.seed, firstIndex: Script.firstIndex, resetsWeights: true)
    for sample in Script.samples(samples) { try await link.submit(sample) }
    try await link.endRun()
    for try await _ in run.answers {}
    var reading = StateReading(of: try #require(await link.device).info, run: 0, position: 0)
    try await link.read(&reading)
    await link.close()
    #expect(trace.failure == nil)
  }

  private func packets(_ path: String) throws -> [PacketCapture.Packet] {
    try PacketCapture.packets(of: [UInt8](Data(contentsOf: URL(filePath: path))), name: "trace")
  }

  @Test func replay_ofARecordedRun_sendsTheSameBytes() async throws {
    let folder = try Folder()
    try await record(folder.path("a.pcap"), samples: 60)
    let packets = try packets(folder.path("a.pcap"))
    let replay = try TraceReplay(packets, name: "trace")
    #expect(replay.difference == nil)
    #expect(replay.connections == 1)
    #expect(replay.equalFrames == packets.count { $0.bytes.first == 0 })
    #expect(replay.equalFrames > 60)
  }

  /// A session that was recorded once: what the host's end sends has not changed since.
  @Test func replay_ofTheCommittedSession_sendsTheSameBytes() async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/link-session.pcap").path
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" { try await record(file, samples: 12) }
    let packets = try packets(file)
    let replay = try TraceReplay(packets, name: "link-session.pcap")
    let difference = replay.difference.map { "packet \($0.packet): recorded \($0.recorded), replayed \($0.replayed ?? [])" }
    #expect(difference == nil, "the host's end sends something else than it did: accept it with UPDATE_SNAPSHOTS=1")
    #expect(replay.equalFrames > 12)
    let rows = try TraceListing(packets, name: "link-session.pcap").rows
    #expect(rows.contains { $0.what.hasPrefix("damaged") })
    #expect(rows.contains { row in row.from == "device" && row.messages.contains { $0.hasPrefix("runReport") } })
  }

  @Test func replay_ofAChangedTrace_saysWhere() async throws {
    let folder = try Folder()
    try await record(folder.path("a.pcap"), samples: 20)
    var packets = try packets(folder.path("a.pcap"))
    let sent = try #require(packets.indices.last { packets[$0].bytes.first == 0 })
    packets[sent].bytes[2] ^= 1
    let replay = try TraceReplay(packets, name: "trace")
    let difference = try #require(replay.difference)
    #expect(difference.packet == sent + 1)
    #expect(difference.replayed?.count == difference.recorded.count)
    #expect(replay.equalFrames == packets.count { $0.bytes.first == 0 } - 1)
  }

  @Test(arguments: [
    ([UInt8](repeating: 0, count: 7), "trace: found 7 bytes, expected a capture's header of 24"),
    (
      [UInt8](repeating: 9, count: 30),
      "trace: found first bytes 09090909, expected a1b23c4d, a little-endian pcap file as --trace writes it"
    ),
  ])
  func capture_thatIsNone_isRefused(_ bytes: [UInt8], _ sentence: String) {
    #expect {
      try PacketCapture.packets(of: bytes, name: "trace")
    } throws: {
      "\($0)" == sentence
    }
  }

  @Test func trace_onAFullDisk_saysSo() {
    #expect {
      try LinkTrace(path: "/dev/full")
    } throws: {
      "\($0)" == "/dev/full: the trace cannot be written: No space left on device"
    }
  }
}
