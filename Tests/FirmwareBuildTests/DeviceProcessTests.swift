import FirmwareBuild
import Foundation
import Testing
import WireProtocol

/// The boards that run on this machine boot, say who they are, and train.
@Suite(.serialized) struct DeviceProcessTests {
  static let boards = ["host", "mps2-an500", "mps2-an386", "netduinoplus2"]

  @Test(arguments: boards) func device_bootsAndSaysWhoItIs(_ name: String) throws {
    let device = try TestBench.shared.device(name, number: 0x0102_0304)
    let info = try TestHost(socketPath: device.socketPath).info()
    let board = device.board
    #expect(info.board == name)
    #expect(info.uid == [4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(info.inputBytes == 64)
    #expect(info.classCount == 4)
    #expect(info.bauds.isEmpty)
    #expect(Int(info.counterHertz) == board.counter.hertz)
    #expect(info.memory.map(\.name) == board.memory.map(\.name))
    #expect(info.memory.map { Int($0.byteCount) } == board.memory.map(\.bytes))
    let used = try TestBench.shared.report(name).regions.map(\.usedBytes)
    for (said, measured) in zip(info.memory, used) {
      #expect(abs(Int(said.plannedBytes) - measured) <= 16, "\(said.name)")
    }
  }

  /// A desktop has hundreds of sockets: the table that says which of them listen is longer than a page.
  @Test func device_isFoundAmongManySockets() throws {
    let folder = try TemporaryFolder()
    let listeners = try (0..<300).map { try Listener(path: folder.url.appending(path: "\($0)").path) }
    let device = try TestBench.shared.device("host")
    #expect(device.exitStatus == nil)
    withExtendedLifetime(listeners) {}
  }

  /// A Unix socket that listens.
  private final class Listener {
    private let descriptor: Int32

    init(path: String) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
      }
      try #require(status == 0 && listen(descriptor, 1) == 0)
    }

    deinit { close(descriptor) }
  }

  /// More than one connection, and another boot of the same device each time.
  @Test(arguments: boards) func device_hasABootIDOfItsOwn(_ name: String) throws {
    let ids = try (0..<3).map { _ in
      let device = try TestBench.shared.device(name)
      return try TestHost(socketPath: device.socketPath).info().bootID
    }
    #expect(Set(ids).count == 3)
  }

  @Test(arguments: boards) func device_trainsWithinItsStackBound(_ name: String) throws {
    let device = try TestBench.shared.device(name)
    let host = try TestHost(socketPath: device.socketPath)
    _ = try host.info()
    try host.send(.runBegin(.init(run: 1, seed: 7, firstIndex: 0, flags: 1)))
    _ = try host.nextMessage { if case .runReport(let report) = $0 { report } else { nil } }
    var last: Wire.Step?
    for index in 0..<20 as Range<UInt32> {
      try host.send(.sample(Self.sample(index)))
      let step = try host.nextMessage { if case .step(let step) = $0 { step } else { nil } }
      #expect(step.index == index)
      last = step
    }
    let step = try #require(last)
    #expect(step.trainingStep == 20)
    #expect(step.forwardTicks > 0)
    #expect(step.overruns == 0)
    #expect(step.stackHighWaterBytes > 0)
    if let bound = try TestBench.shared.report(name).stackBoundBytes {
      print("\(name): stack bound \(bound), high water \(step.stackHighWaterBytes)")
      #expect(Int(step.stackHighWaterBytes) <= bound)
    }
    try host.send(.digest(.init()))
    let report = try host.nextMessage { if case .digestReport(let report) = $0 { report } else { nil } }
    #expect(report.digest == Self.digestAfterTwentySteps)
  }

  @Test func stop_endsTheProcessAndItsSocket() throws {
    let device = try TestBench.shared.device("host")
    #expect(device.exitStatus == nil)
    device.stop()
    #expect(device.exitStatus == 128 + SIGKILL)
    #expect(!FileManager.default.fileExists(atPath: device.socketPath))
    device.stop()
  }

  @Test func device_thatEndsAtOnce_saysWhatItPrinted() throws {
    var board = try TestBench.catalog().board(named: "mps2-an500")
    board.qemu?.machine = "toaster"
    let elf = URL(fileURLWithPath: try TestBench.shared.report("mps2-an500").elf)
    let error = #expect(throws: FirmwareBuildError.self) { try DeviceProcess(board: board, elf: elf) }
    #expect("\(try #require(error))".contains("unsupported machine type"))
  }

  @Test func device_withoutFirmware_saysHowToBuildIt() throws {
    let board = try TestBench.catalog().board(named: "mps2-an500")
    #expect(throws: FirmwareBuildError.noFirmware(path: "/nonexistent.elf")) {
      try DeviceProcess(board: board, elf: URL(fileURLWithPath: "/nonexistent.elf"))
    }
  }

  @Test func realBoard_runsInTheEmulator() throws {
    let folder = try TemporaryFolder()
    let emulator = try FakeEmulator(in: folder.url, host: TestBench.shared.report("host").elf)
    let board = try TestBench.catalog().board(named: "nucleo-f746zg")
    let elf = try TestBench.shared.report("nucleo-f746zg").elf
    let device = try DeviceProcess(
      board: board, elf: URL(fileURLWithPath: elf), device: 7, faults: ["a=1", "b"], emulatorPath: folder.url.path)
    #expect(try TestHost(socketPath: device.socketPath).info().uid.first == 7)
    #expect(
      try emulator.arguments() == [
        "run", elf, "--board", "nucleo-f746zg", "--serial", "unix:\(device.socketPath)", "--device", "7",
        "--fault", "a=1", "--fault", "b",
      ])
  }

  @Test func missingEmulator_isNamedWithTheCommandThatBuildsIt() throws {
    let board = try TestBench.catalog().board(named: "nucleo-f746zg")
    let elf = URL(fileURLWithPath: try TestBench.shared.report("nucleo-f746zg").elf)
    let error = #expect(throws: FirmwareBuildError.self) {
      try DeviceProcess(board: board, elf: elf, emulatorPath: "/nonexistent")
    }
    let text = "\(try #require(error))"
    #expect(text.contains("swift build -c release --product fieldtune-emulator"))
    #expect(text.contains("libunicorn-dev"))
  }

  @Test func realBoard_thatNobodyEmulates_isNotStarted() throws {
    var board = try TestBench.catalog().board(named: "nucleo-f746zg")
    board.emulated = nil
    #expect(throws: FirmwareBuildError.notRunnable(board: "nucleo-f746zg")) {
      try DeviceProcess(board: board, elf: URL(fileURLWithPath: "/nonexistent.elf"))
    }
  }

  private static func sample(_ index: UInt32) -> Wire.Sample {
    .init(
      run: 1, index: index, mode: .train, label: UInt16(index % 4), rateMantissa: 1 << 30,
      rateShift: 30, momentum: 0, decay: 0, flags: 0, input: (0..<64).map { UInt8(truncatingIfNeeded: $0 &* Int(index &+ 3)) })
  }

  /// Of the fixture's state: step 20, seed 7, weights 1, 2, 3, 4 with bit 0 turned five times.
  private static let digestAfterTwentySteps: UInt64 = {
    let state: [UInt8] = [20, 0, 0, 0, 7, 0, 0, 0, 1 ^ 1, 2 ^ 1, 3 ^ 1, 4 ^ 1]
    return state.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }()
}
