import FirmwareBuild
import Foundation

/// The model and the digits that come with fieldtune: `Tools/Demo` beside the `Firmware` folder.
struct DemoContent {
  let folder: URL

  static func locate() throws -> DemoContent {
    let folder = try FirmwareRoot.locate().directory.deletingLastPathComponent().appendingPathComponent("Tools/Demo")
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure(.notFound, code: "not-found", "\(folder.path): found no demo content: set FIELDTUNE_HOME")
    }
    return DemoContent(folder: folder)
  }

  var model: String { folder.appendingPathComponent("digits-conv.tflite").path }
  var training: String { folder.appendingPathComponent("field").path + ":train" }
  var evaluation: String { folder.appendingPathComponent("field").path + ":test" }
}
