import EmulatorCore
import Foundation

/// What of a machine outlives its process.
extension Machine {
  private var flashRegion: MemoryRegion? { memory.first { $0.kind == .flash } }

  /// The flash as an earlier run left it; a file that is not there leaves what was loaded.
  package func loadFlash(from path: String) throws(Finding) {
    guard let data = FileManager.default.contents(atPath: path), let flashRegion else { return }
    guard data.count == Int(flashRegion.size) else {
      throw Finding(.broken, "\(path): found \(data.count) bytes: expected \(flashRegion.size), the flash of the \(board.chip.name)")
    }
    data.copyBytes(to: flashRegion.bytes, count: data.count)
  }

  package func saveFlash(to path: String) throws(Finding) {
    guard let flashRegion else { return }
    do {
      try Data(bytes: flashRegion.bytes, count: Int(flashRegion.size)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Finding(.broken, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  /// Every block of code executed so far: start and size in hexadecimal, a line each.
  package var coverage: String {
    final class Lines { var text = "" }
    let lines = Lines()
    emulator_core_visit_executed(core, Unmanaged.passUnretained(lines).toOpaque()) { context, start, size in
      guard let context else { return }
      Unmanaged<Lines>.fromOpaque(context).takeUnretainedValue().text += "\(String(start, radix: 16)) \(String(size, radix: 16))\n"
    }
    return lines.text
  }
}
