import FirmwareBuild
import Foundation
import Testing

/// OpenOCD itself reads the command that is made for each board, its board file included, and gets as far as it gets
/// without a probe.
@Suite struct OpenOCDTests {
  private static var program: String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/openocd" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  @Test(arguments: ["stm32f746g-disco", "nucleo-f746zg", "nucleo-f429zi", "stm32f429i-disc1"])
  func openocd_readsTheBoardsFiles_andTakesTheCommand(_ name: String) throws {
    guard let program = Self.program else {
      print("OpenOCDTests: openocd is not installed ('apt-get install openocd'): its board files are not tried")
      return
    }
    let board = try TestBench.catalog().board(named: name)
    let files = FirmwareFiles(in: URL(fileURLWithPath: "/a folder/build"))
    let command = try FlashCommand(
      board: board, files: files, tool: "openocd", probe: .init(serialNumber: "066AFF"))
    var arguments = Array(command.steps[0].arguments.dropFirst())
    // In place of OpenOCD's own 'program', which would look for a probe.
    let last = arguments.count - 2
    arguments.insert(
      contentsOf: ["-c", "proc program {args} {echo [flash banks]; echo \"program of [llength $args]: $args\"; shutdown}"], at: last)
    let output = try Self.run(program, arguments)
    let bank = board.core == "cortex-m7" ? "stm32f7x.flash (stm32f2x)" : "stm32f4x.flash (stm32f2x)"
    #expect(output.contains(bank), "\(output)")
    #expect(output.contains("program of 4: {/a folder/build/firmware.elf} verify reset exit"), "\(output)")
    #expect(!output.contains("Error"), "\(output)")
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: output, as: UTF8.self)
  }
}
