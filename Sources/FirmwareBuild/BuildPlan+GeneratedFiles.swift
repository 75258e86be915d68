import ArtifactManifest
import Foundation

extension BuildPlan {
  /// Makes the output's folders and writes `board_facts.h`.
  func writeGeneratedFiles() throws(FirmwareBuildError) {
    for folder in [outputDirectory, ownObjects, generated] {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw .unwritableFile(path: folder.path, reason: error.localizedDescription)
      }
    }
    try write(try boardFacts(), to: generated.appendingPathComponent("board_facts.h"))
  }

  /// Names the memory of each kind of data, for `sections.ld`.
  func writeRegions(_ placement: Board.Placement) throws(FirmwareBuildError) {
    let text = """
      REGION_ALIAS("STACK_REGION", \(placement.stack));
      REGION_ALIAS("DATA_REGION", \(placement.data));
      REGION_ALIAS("STATE_REGION", \(placement.state));
      REGION_ALIAS("ARENA_REGION", \(placement.arena));

      """
    try write(text, to: generated.appendingPathComponent("regions.ld"))
  }

  func write(_ text: String, to file: URL) throws(FirmwareBuildError) {
    do {
      try text.write(to: file, atomically: true, encoding: .utf8)
    } catch {
      throw .unwritableFile(path: file.path, reason: error.localizedDescription)
    }
  }

  private func boardFacts() throws(FirmwareBuildError) -> String {
    let rates = board.serial.baudLadder
    let ladder = rates.isEmpty ? "0" : rates.map { "\($0)u" }.joined(separator: ", ")
    return """
      /* From board.json and the artifact's manifest. */
      #ifndef FIELDTUNE_BOARD_FACTS_H
      #define FIELDTUNE_BOARD_FACTS_H

      #define BOARD_NAME "\(board.name)"
      #define BOARD_DEFAULT_BAUD \(board.serial.defaultBaud)u
      #define BOARD_BAUD_LADDER \(ladder)
      #define BOARD_COUNTER_UNIT WIRE_COUNTER_UNIT_\(board.counter.unit.rawValue.uppercased())
      #define FIRMWARE_VERSION "\(Self.firmwareVersion)+\(try sourceDigest().prefix(8))"
      #define FIRMWARE_INPUT_BYTES \(artifact.manifest.input.bytes)
      #define FIRMWARE_TARGET_BYTES \(artifact.manifest.loss.targetBytes)
      #define FIRMWARE_SAMPLE_SLOTS \(sampleSlots)

      #endif

      """
  }

  /// Tells firmware built from other sources apart; hexadecimal.
  private func sourceDigest() throws(FirmwareBuildError) -> String {
    var digest = Digest64()
    for folder in [root.kernels, root.runtime, commonFolder, boardFolder] {
      for kind in ["c", "h"] {
        for file in try Self.files(of: folder, extension: kind) {
          digest.update(try Self.read(file).utf8)
        }
      }
    }
    return digest.hex
  }
}
