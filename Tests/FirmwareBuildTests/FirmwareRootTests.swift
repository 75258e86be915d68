import FirmwareBuild
import Foundation
import Testing

@Suite struct FirmwareRootTests {
  /// The nearest folder of the list that holds `Firmware/runtime/step.h`.
  @Test func locate_takesTheFirstFolderThatHoldsTheFirmware() throws {
    let (empty, whole) = (try TemporaryFolder(), try TemporaryFolder())
    let runtime = whole.url.appendingPathComponent("Firmware/runtime")
    try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
    try Data().write(to: runtime.appendingPathComponent("step.h"))
    let root = try FirmwareRoot.locate(among: [empty.url, whole.url])
    #expect(root.directory.path == whole.url.appendingPathComponent("Firmware").path)
  }

  @Test func locate_withoutFirmware_saysWhereItLooked() {
    let folder = URL(fileURLWithPath: "/nonexistent")
    let error = #expect(throws: FirmwareBuildError.self) {
      try FirmwareRoot.locate(among: [folder])
    }
    #expect(
      error?.description
        == "found no folder 'Firmware' in /nonexistent: set FIELDTUNE_HOME to the folder that holds it")
  }
}
