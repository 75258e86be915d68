import EmulatorCore

extension Machine {
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
