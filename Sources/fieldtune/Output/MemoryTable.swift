import ArtifactManifest
import FirmwareBuild

/// Where every byte of SRAM goes, as planned by the compiler or as found by the linker.
struct MemoryTable {
  let title: String
  let arenaBytes: Int
  let sampleBytes: Int
  let segments: [ArtifactManifest.Segment]
  /// All segments, and what alignment puts between them.
  let stateBytes: Int
  let runtimeBytes: Int
  let stackBytes: Int
  let sampleSlots: Int
  let sampleSlotBytes: Int
  /// The board's SRAM; nil where memory does not matter (the host).
  let boardBytes: Int?

  init(planned manifest: ArtifactManifest, boardBytes: Int?) {
    let memory = manifest.memory
    title = "planned for \(manifest.board)"
    arenaBytes = memory.arenaBytes
    sampleBytes = manifest.input.bytes
    segments = manifest.segments
    stateBytes = memory.stateBytes
    runtimeBytes = memory.linkBytes
    stackBytes = memory.stackBytes
    sampleSlots = memory.sampleSlots
    sampleSlotBytes = memory.sampleSlotBytes
    self.boardBytes = boardBytes
  }

  init(built report: BuildReport, of manifest: ArtifactManifest, boardBytes: Int?) {
    title = report.board
    arenaBytes = report.arenaBytes
    sampleBytes = manifest.input.bytes
    segments = manifest.segments
    stateBytes = report.stateBytes
    runtimeBytes = report.dataBytes
    stackBytes = report.stackReservedBytes
    sampleSlots = report.sampleSlots
    sampleSlotBytes = report.sampleSlotBytes
    self.boardBytes = boardBytes
  }

  /// Of one step, without the sample that may wait for the next.
  var stepBytes: Int { arenaBytes + stateBytes + runtimeBytes + stackBytes }

  func add(to table: inout TextTable) {
    func row(_ name: String, _ bytes: Int) { table.add([name, Number.grouped(bytes)]) }
    row("SRAM: arena, of it the sample \(Number.grouped(sampleBytes))", arenaBytes)
    for segment in segments where segment.bytes > 0 { row("SRAM: \(segment.kind.title)", segment.bytes) }
    let gaps = stateBytes - segments.reduce(0) { $0 + $1.bytes }
    if gaps > 0 { row("SRAM: alignment of these", gaps) }
    row("SRAM: link, session, rings, variables", runtimeBytes)
    row("SRAM: stack", stackBytes)
    row("SRAM: all in", stepBytes)
    row("SRAM: next sample, \(sampleSlots) outside of the arena", sampleSlotBytes)
    if let boardBytes {
      row("SRAM: the board's", boardBytes)
      row("SRAM: free", boardBytes - stepBytes - sampleSlotBytes)
    }
  }
}

extension ArtifactManifest.Segment.Kind {
  fileprivate var title: String {
    switch self {
    case .header: "step and seed"
    case .ranges: "ranges of errors"
    case .biases: "biases"
    case .weights: "trained weights"
    case .residuals: "their residuals"
    case .velocities: "velocities"
    case .counters: "counters of layers"
    }
  }
}
