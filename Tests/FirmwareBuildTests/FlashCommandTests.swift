import FirmwareBuild
import Foundation
import Testing

/// The commands that program a board: what they are, and what is said when they fail. The programmers are scripts.
@Suite struct FlashCommandTests {
  private static let tools = ["st-flash", "openocd", "pyocd", "probe-rs"]
  private static let files = FirmwareFiles(in: URL(fileURLWithPath: "/a b"))

  private func command(
    _ board: String, tool: String? = nil, probe: FlashCommand.Probe? = nil, _ programmer: FakeProgrammer
  ) throws -> FlashCommand {
    try FlashCommand(
      board: TestBench.catalog().board(named: board), files: Self.files, tool: tool, probe: probe,
      searchPath: programmer.searchPath)
  }

  @Test(arguments: [
    (
      "stm32f746g-disco", "st-flash", ["st-flash --serial 066A --reset write '/a b/firmware.bin' 0x08000000"]
    ),
    (
      "stm32f746g-disco", "openocd",
      [
        "openocd -f board/stm32f7discovery.cfg -c 'adapter serial 066A' "
          + "-c 'program {/a b/firmware.elf} verify reset exit'"
      ]
    ),
    (
      "nucleo-f746zg", "openocd",
      ["openocd -f board/st_nucleo_f7.cfg -c 'adapter serial 066A' -c 'program {/a b/firmware.elf} verify reset exit'"]
    ),
    (
      "nucleo-f429zi", "openocd",
      ["openocd -f board/st_nucleo_f4.cfg -c 'adapter serial 066A' -c 'program {/a b/firmware.elf} verify reset exit'"]
    ),
    (
      "stm32f429i-disc1", "openocd",
      ["openocd -f board/stm32f429disc1.cfg -c 'adapter serial 066A' -c 'program {/a b/firmware.elf} verify reset exit'"]
    ),
    (
      "nucleo-f429zi", "pyocd",
      [
        "pyocd flash --no-wait --uid 066A --target stm32f429xi '/a b/firmware.elf'",
        "pyocd commander --no-wait --uid 066A --target stm32f429xi "
          + #"--command 'compare 0x08000000 '\''/a b/firmware.bin'\''' --command reset"#,
      ]
    ),
    (
      "nucleo-f746zg", "probe-rs",
      [
        "probe-rs download --chip STM32F746ZGTx --probe 0483:374b:066A --verify '/a b/firmware.elf'",
        "probe-rs reset --chip STM32F746ZGTx --probe 0483:374b:066A",
      ]
    ),
  ])
  func command_isTheToolsOwn(_ board: String, _ tool: String, _ expected: [String]) throws {
    let programmer = try FakeProgrammer(Self.tools)
    let command = try command(board, tool: tool, probe: .init(serialNumber: "066A"), programmer)
    #expect(command.steps.map { $0.shellText.replacing("\(programmer.searchPath)/", with: "") } == expected)
  }

  @Test func probe_thatNobodyNames_isLeftToTheTool() throws {
    let command = try command("nucleo-f746zg", FakeProgrammer(Self.tools))
    #expect(command.tool == "st-flash")
    #expect(command.steps.map { Array($0.arguments.dropFirst()) } == [["--reset", "write", "/a b/firmware.bin", "0x08000000"]])
  }

  @Test func firstInstalledTool_isTaken() throws {
    #expect(try command("nucleo-f746zg", FakeProgrammer(["probe-rs", "openocd"])).tool == "openocd")
  }

  @Test func everyRealBoard_hasARecipeForEveryTool() throws {
    for board in try TestBench.catalog().boards where board.runs == .real {
      #expect(board.flashing.map(\.tool) == Self.tools, "\(board.name)")
    }
  }

  @Test func steps_areRunInOrder_withTheirArguments() throws {
    let programmer = try FakeProgrammer(["pyocd"], prints: "All 23104 bytes match.\n")
    let command = try command("nucleo-f746zg", programmer)
    var shown: [UInt8] = []
    try command.run { shown += $0 }
    #expect(try programmer.calls(of: "pyocd") == command.steps.map { Array($0.arguments.dropFirst()) })
    #expect(String(decoding: shown, as: UTF8.self) == "All 23104 bytes match.\nAll 23104 bytes match.\n")
  }

  @Test(arguments: [
    ("st-flash", "WARN usb.c: Couldn't find any ST-Link devices\n", 255 as Int32, FlashFault.noProbe),
    ("st-flash", "libusb couldn't open USB device, errno=13\nCouldn't find any ST-Link devices\n", 255, .noAccess),
    ("st-flash", "ERROR common.c: Flash memory is write protected\n", 255, .writeProtected),
    ("st-flash", "ERROR flash.c: Verification of flash failed at offset: 4096\n", 255, .verification),
    ("st-flash", "Failed to enter SWD mode\n", 255, .noTarget),
    ("openocd", "Error: open failed\n** OpenOCD init failed **\nshutdown command invoked\n", 1, .noProbe),
    ("openocd", "Error: libusb_open() failed with LIBUSB_ERROR_ACCESS\nError: open failed\n", 1, .noAccess),
    ("openocd", "Error: init mode failed (unable to connect to the target)\n", 1, .noTarget),
    ("openocd", "Error: stm32x device protected\n** Programming Failed **\n", 1, .writeProtected),
    ("openocd", "** Verify Failed **\nshutdown command invoked\n", 1, .verification),
    ("pyocd", "No connected debug probe matches unique ID '066A'\n", 1, .noProbe),
    ("pyocd", "Target type stm32f746zgtx not recognized. Use 'pyocd list --targets'\n", 1, .unknownChip),
    ("pyocd", "Mismatched byte at 0x08000100 (offset 0x100): 0x00 (memory) != 0x01 (file)\n", 0, .verification),
    ("probe-rs", "Error: No connected probes were found.\n", 1, .noProbe),
    ("probe-rs", "Error: Flash content verification failed.\n", 1, .verification),
  ])
  func failure_isNamed_withTheToolsLastLines(
    _ tool: String, _ output: String, _ status: Int32, _ fault: FlashFault
  ) throws {
    let programmer = try FakeProgrammer([tool], prints: output, status: status)
    let command = try command("nucleo-f746zg", programmer)
    let error = #expect(throws: FirmwareBuildError.self) { try command.run { _ in } }
    guard case .flashFailed(tool, fault, _, let lines)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(lines == output.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    #expect("\(try #require(error))".hasPrefix("\(tool): \(fault.sentence); it "))
  }

  @Test func failure_thatNobodyKnows_showsTheLastLines_andOfProgressTheLast() throws {
    let lines = (1...20).map { "line \($0)" }.joined(separator: "\n")
    let programmer = try FakeProgrammer(["st-flash"], prints: lines + "\n1/3\r2/3\r3/3\n", status: 7)
    let error = #expect(throws: FirmwareBuildError.self) {
      try command("nucleo-f746zg", programmer).run { _ in }
    }
    #expect(
      "\(try #require(error))"
        == "st-flash: the board was not programmed; it ended with status 7, its last lines:\n"
        + (10...20).map { "  line \($0)" }.joined(separator: "\n") + "\n  3/3")
  }

  @Test func missingTools_areNamedWithTheCommandsThatInstallThem() throws {
    let error = #expect(throws: FirmwareBuildError.self) { try command("nucleo-f746zg", FakeProgrammer([])) }
    #expect(
      "\(try #require(error))"
        == "found none of the programs that program the board: install one: st-flash ('apt-get install stlink-tools'), "
        + "openocd ('apt-get install openocd'), pyocd ('pipx install pyocd'), "
        + "probe-rs ('cargo install probe-rs-tools --locked')")
  }

  @Test func toolWithoutARecipe_isAnsweredWithThoseThatHaveOne() throws {
    #expect(throws: FirmwareBuildError.unknownTool(name: "dfu-util", board: "nucleo-f746zg", known: Self.tools)) {
      try command("nucleo-f746zg", tool: "dfu-util", FakeProgrammer(Self.tools))
    }
  }

  @Test func boardThatIsNoHardware_isRefused() throws {
    #expect(throws: FirmwareBuildError.notFlashable(board: "mps2-an500")) {
      try command("mps2-an500", FakeProgrammer(Self.tools))
    }
  }
}
