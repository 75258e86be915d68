extension Doctor {
  private static let needs: [(purpose: String, anyOf: [String], packages: String)] = [
    ("builds firmware for boards", ["arm-none-eabi-gcc"], "gcc-arm-none-eabi libnewlib-arm-none-eabi"),
    ("programs boards", ["st-flash", "openocd", "pyocd", "probe-rs"], "stlink-tools openocd"),
    ("runs firmware without a board", ["qemu-system-arm"], "qemu-system-arm"),
    ("runs firmware as a process (--device host)", ["gcc"], "gcc libc6-dev"),
  ]

  func programFindings() -> [Finding] {
    Self.needs.map { need in
      if let path = need.anyOf.lazy.compactMap(machine.program).first {
        return Finding(.fine, .missingProgram, need.anyOf[0], "\(path) \(need.purpose)")
      }
      return Finding(
        .note, .missingProgram, need.anyOf[0],
        "found no \(need.anyOf.joined(separator: " and no ")), which \(need.purpose)",
        fix: "sudo apt-get install \(need.packages)")
    }
  }
}
