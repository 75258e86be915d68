import Foundation

/// What a build leaves in its output folder.
package struct FirmwareFiles: Hashable, Sendable {
  package let elf: URL
  /// What goes into the flash, from its first byte; of boards that have one.
  package let binary: URL

  package init(in outputDirectory: URL) {
    elf = outputDirectory.appendingPathComponent("firmware.elf")
    binary = outputDirectory.appendingPathComponent("firmware.bin")
  }
}
