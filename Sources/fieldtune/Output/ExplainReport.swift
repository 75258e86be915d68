import Compiler
import GraphIR
import MemoryPlanning

/// The arena over a step, operation by operation, and what training takes beyond inference.
struct ExplainReport: Encodable {
  struct Moment: Encodable {
    let position: Int
    let operation: String
    let phase: String
    let aliveBytes: Int
    let born: [String]
    let dying: [String]
  }

  struct Resident: Encodable {
    let name: String
    let shape: [Int]
    let bytes: Int
    let offset: Int
    let from: Int
    let to: Int
    let role: String
    let reason: String
  }

  /// Operations that run row by row, so that their maps never exist whole.
  struct Chain: Encodable {
    let from: Int
    let to: Int
    let operations: String
    let bands: [String]
    let aliveBytes: Int
    /// If each operation ran over whole maps.
    let wholeBytes: Int
  }

  let moments: [Moment]
  let chains: [Chain]
  /// Position of the first operation at which the most bytes are alive.
  let peak: Int
  let aliveAtPeak: [Resident]
  let update: UpdateMemory
  let publishedMeasureBytes: Int

  init(_ compiled: CompiledArtifact) {
    let timeline = compiled.timeline
    moments = timeline.moments.enumerated().map { position, moment in
      func names(_ indices: [Int]) -> [String] { indices.map { timeline.residents[$0].name } }
      return Moment(
        position: position, operation: moment.operation, phase: moment.phase.rawValue, aliveBytes: moment.aliveBytes,
        born: names(moment.born), dying: names(moment.dying))
    }
    chains = timeline.chains.map { chain in
      let names = Set([chain.operations.lowerBound, chain.operations.upperBound]).sorted().map { timeline.moments[$0].operation }
      return Chain(
        from: chain.operations.lowerBound, to: chain.operations.upperBound,
        operations: names.map(Self.short).joined(separator: " … "), bands: chain.bands, aliveBytes: chain.aliveBytes,
        wholeBytes: chain.wholeBytes)
    }
    peak = timeline.peak
    aliveAtPeak = timeline.residents(at: timeline.peak).map {
      Resident(
        name: $0.name, shape: $0.shape, bytes: $0.bytes, offset: $0.offset, from: $0.lifetime.lowerBound,
        to: $0.lifetime.upperBound, role: $0.role.rawValue, reason: $0.reason)
    }
    update = compiled.updateMemory
    publishedMeasureBytes = compiled.updateMemory.publishedMeasureBytes
  }

  var text: String { ([timelineText, peakText] + (chains.isEmpty ? [] : [chainText]) + [updateText]).joined(separator: "\n") }

  private static let barWidth = 30

  private var timelineText: String {
    let most = moments.map(\.aliveBytes).max() ?? 1
    var table = TextTable(["#", "phase", "bytes alive", "", "operation", "born", "dies"])
    for moment in moments {
      let width = (moment.aliveBytes * Self.barWidth + most - 1) / max(most, 1)
      let isPeak = moment.position == peak
      table.add([
        "\(moment.position)", moment.phase, Number.grouped(moment.aliveBytes),
        String(repeating: isPeak ? "█" : "▒", count: width), Self.short(moment.operation),
        moment.born.map(Self.short).joined(separator: ", "), moment.dying.map(Self.short).joined(separator: ", "),
      ])
    }
    return table.text
  }

  private var peakText: String {
    guard moments.indices.contains(peak) else { return "" }
    let all = max(moments[peak].aliveBytes, 1)
    var table = TextTable(["alive at the peak", "shape", "bytes", "share", "lives", "role", "why"])
    for resident in aliveAtPeak {
      table.add([
        Self.short(resident.name), resident.shape.map(String.init).joined(separator: "×"), Number.grouped(resident.bytes),
        "\((resident.bytes * 100 + all / 2) / all) %", "\(resident.from)..\(resident.to)", resident.role, resident.reason,
      ])
    }
    return "the peak: \(Number.grouped(all)) B at \(peak). \(moments[peak].operation) (\(moments[peak].phase))\n" + table.text
  }

  private var chainText: String {
    var table = TextTable(["run row by row", "", "bytes alive", "over whole maps", "rows that exist at once"])
    for chain in chains {
      let bands = chain.bands.isEmpty ? "the output follows the input's rows as they are read" : chain.bands.joined(separator: ", ")
      table.add([
        chain.from == chain.to ? "\(chain.from)" : "\(chain.from)..\(chain.to)", chain.operations,
        Number.grouped(chain.aliveBytes), Number.grouped(chain.wholeBytes), bands,
      ])
    }
    return table.text
  }

  private var updateText: String {
    var table = TextTable(["what training takes beyond inference", "bytes"])
    table.add(["saved activations", Number.grouped(update.savedActivationBytes)])
    table.add(["clamp masks of layers", Number.grouped(update.maskBytes)])
    table.add(["trained weights", Number.grouped(update.weightBytes)])
    table.add(["trained biases", Number.grouped(update.biasBytes)])
    table.add(["these four, as published schemes count", Number.grouped(publishedMeasureBytes)])
    table.add(["other masks, indices of maxima", Number.grouped(update.otherMaskBytes)])
    table.add(["residuals of those weights", Number.grouped(update.residualBytes)])
    if update.velocityBytes > 0 { table.add(["velocities of all of these", Number.grouped(update.velocityBytes)]) }
    table.add(["classifier: weights, biases and their planes", Number.grouped(update.classifierBytes)])
    return table.text
  }

  /// The end of a long name, without the aliases that converters and shared bytes append.
  private static func short(_ name: String) -> String {
    let words = name.prefix { $0 != ";" }.description
    return words.count <= 44 ? words : "…" + words.suffix(43)
  }
}
