import FirmwareBuild
import Foundation
import Testing

/// Sentences for what is not installed, and the commands that program a board.
@Suite struct ToolTests {
  @Test func missingCompiler_isNamedWithThePackagesThatBringIt() {
    let error = FirmwareBuildError.missingTool(
      name: "arm-none-eabi-gcc", packages: ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"])
    #expect(
      error.description
        == "found no program 'arm-none-eabi-gcc': install it with 'apt-get install -y "
        + "--no-install-recommends gcc-arm-none-eabi libnewlib-arm-none-eabi'")
  }

  @Test func build_withoutACompiler_saysSo() throws {
    let folder = try TemporaryFolder()
    let artifact = try FixtureArtifact(in: folder.url)
    let catalog = try TestBench.catalog()
    for (name, tool) in [("mps2-an500", "arm-none-eabi-gcc"), ("host", "gcc")] {
      let builder = FirmwareBuilder(root: try FirmwareRoot.locate(), searchPath: "/nonexistent")
      let error = #expect(throws: FirmwareBuildError.self) {
        try builder.build(
          artifactDirectory: artifact.directory, board: catalog.board(named: name),
          outputDirectory: artifact.directory)
      }
      guard case .missingTool(tool, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  private func folder(with tools: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for tool in tools {
      let file = folder.url.appendingPathComponent(tool)
      try Data().write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    return folder
  }

  @Test(arguments: [
    (
      "stm32f746g-disco", ["st-flash", "openocd"], "st-flash",
      ["--reset", "write", "BIN", "0x08000000"]
    ),
    (
      "nucleo-f429zi", ["openocd"], "openocd",
      [
        "-f", "interface/stlink.cfg", "-f", "target/stm32f4x.cfg", "-c",
        "program {ELF} verify reset exit",
      ]
    ),
  ])
  func flashCommand_takesTheFirstInstalledTool(
    _ name: String, _ installed: [String], _ tool: String, _ arguments: [String]
  ) throws {
    let tools = try folder(with: installed)
    let report = try TestBench.shared.report(name)
    let command = try FlashCommand(
      board: TestBench.catalog().board(named: name), report: report, searchPath: tools.url.path)
    let binary = try #require(report.binary)
    #expect(command.program == "\(tools.url.path)/\(tool)")
    #expect(
      command.arguments
        == arguments.map { $0.replacing("BIN", with: binary).replacing("ELF", with: report.elf) })
  }

  @Test func flashCommand_ofABoardThatIsNoHardware_isRefused() throws {
    let report = try TestBench.shared.report("mps2-an500")
    #expect(throws: FirmwareBuildError.notFlashable(board: "mps2-an500")) {
      try FlashCommand(board: TestBench.catalog().board(named: "mps2-an500"), report: report)
    }
  }
}
