/// What a build made, measured on its ELF file.
package struct BuildReport: Hashable, Sendable, Codable {
  package var board: String
  /// Path of the firmware: an ELF file, on the host an executable.
  package var elf: String
  /// Path of the raw image for programming; nil where the board is not programmed.
  package var binary: String?
  /// Code, constants and the initial values of variables.
  package var flashBytes: Int
  package var flashCapacityBytes: Int
  /// All static RAM, the reserved stack included.
  package var sramBytes: Int
  package var arenaBytes: Int
  package var stateBytes: Int
  /// Variables: link, session, rings, the board's own.
  package var dataBytes: Int
  /// Samples that wait outside of the arena: 1, or 0 where that did not fit.
  package var sampleSlots: Int
  package var sampleSlotBytes: Int
  package var stackReservedBytes: Int
  /// Computed from the compiler's reports; nil on the host, where the C library has none.
  package var stackBoundBytes: Int?
  package var regions: [Region]
  package var placement: Board.Placement?

  package struct Region: Hashable, Sendable, Codable {
    package var name: String
    package var bytes: Int
    /// From the region's start to the end of the last section in it.
    package var usedBytes: Int
  }
}
