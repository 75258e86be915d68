import FirmwareBuild
import Foundation
import Testing

/// Sentences for what is not installed.
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
}
