import Foundation
import Testing

/// `fieldtune flash` as a user types it, with a programmer that is a script.
@Suite(.serialized) struct FlashTests {
  private static let board = "nucleo-f746zg"

  /// A tool whose st-flash writes down what it is told, prints, and ends with a status; and a compiled artifact.
  private func prepared(printing output: String = "Flash written and verified! jolly good!", status: Int = 0) async throws -> Tool {
    var tool = try Tool()
    let programs = tool.folder.appending(path: "programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > '\(tool.path("arguments"))'\necho '\(output)'\nexit \(status)\n"
    let program = programs.appending(path: "st-flash")
    try script.write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    tool.programs = programs.path
    #expect(try await tool.run("compile", Tool.dense, "--board", Self.board, "-q", "-o", "artifact").status == 0)
    return tool
  }

  private func files(_ tool: Tool) -> String { tool.path("artifact/build/\(Self.board)") }

  @Test func dryRun_printsTheCommand_andBuildsNothing() async throws {
    let tool = try await prepared()
    defer { tool.remove() }
    let result = try await tool.run("flash", "artifact", "--board", Self.board, "--probe", "066A", "--dry-run")
    #expect(result.status == 0, "\(result.errors)")
    let command = [
      "\(tool.programs ?? "")/st-flash", "--serial", "066A", "--reset", "write", "\(files(tool))/firmware.bin", "0x08000000",
    ]
    #expect(String(decoding: result.output, as: UTF8.self) == command.joined(separator: " ") + "\n")
    let json = try await tool.run("flash", "artifact", "--board", Self.board, "--probe", "066A", "--dry-run", "--json").json()
    #expect(json["commands"] as? [[String]] == [command])
    #expect(json["tool"] as? String == "st-flash")
    #expect(!FileManager.default.fileExists(atPath: files(tool)))
    #expect(!FileManager.default.fileExists(atPath: tool.path("arguments")))
  }

  @Test func noWait_buildsAndPrograms() async throws {
    let tool = try await prepared()
    defer { tool.remove() }
    let result = try await tool.run("flash", "artifact", "--board", Self.board, "--no-wait")
    #expect(result.status == 0, "\(result.errors)")
    #expect(String(decoding: result.output, as: UTF8.self) == "\(Self.board): programmed and verified with st-flash\n")
    let arguments = try String(contentsOfFile: tool.path("arguments"), encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(arguments == ["--reset", "write", "\(files(tool))/firmware.bin", "0x08000000"])
    #expect(FileManager.default.fileExists(atPath: arguments[2]))
  }

  @Test func failure_showsWhatTheProgrammerSaid() async throws {
    let tool = try await prepared(printing: "WARN usb.c: Could not open: Permission denied", status: 255)
    defer { tool.remove() }
    let result = try await tool.run("flash", "artifact", "--board", Self.board)
    #expect(result.status == 69)
    #expect(result.errors.contains("st-flash: this user may not speak to the probe: 'fieldtune doctor'"))
    #expect(result.errors.hasSuffix("ended with status 255, its last lines:\n  WARN usb.c: Could not open: Permission denied\n"))
  }

  @Test func silentBoard_isToldApartFromOneThatWasNotProgrammed() async throws {
    let tool = try await prepared()
    defer { tool.remove() }
    let result = try await tool.run("flash", "artifact", "--board", Self.board, "--port", "unix:\(tool.path("nobody"))")
    #expect(result.status == 69)
    #expect(result.errors.contains("\(Self.board) was programmed and verified, but is silent"))
  }

  @Test func otherBoardAtThePort_isNamed() async throws {
    let tool = try await prepared()
    defer { tool.remove() }
    #expect(try await tool.run("build", "artifact", "--board", "host").status == 0)
    let device = Process()
    device.executableURL = URL(filePath: tool.path("artifact/build/host/firmware.elf"))
    device.arguments = ["--socket", tool.path("line")]
    (device.standardOutput, device.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try device.run()
    defer { kill(device.processIdentifier, SIGKILL) }
    // Building takes longer than the process needs to listen.
    let result = try await tool.run("flash", "artifact", "--board", Self.board, "--port", "unix:\(tool.path("line"))")
    #expect(result.status == 75)
    #expect(result.errors.contains("found host, expected \(Self.board), which was just programmed"))
  }
}
