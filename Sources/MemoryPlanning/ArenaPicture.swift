// Invariant: the same timeline gives the same bytes of SVG; numbers are formatted here, in tenths of a unit.

import GraphIR

/// The arena over a step as a self-contained SVG: operations to the right, addresses upward, one rectangle a buffer.
package struct ArenaPicture {
  private let timeline: MemoryTimeline
  private let title: String
  private let plot = (left: 78.0, top: 96.0, width: 1280.0, height: 560.0)
  private var lines: [String] = []

  /// - Parameter title: the model and what it trains.
  package init(_ timeline: MemoryTimeline, title: String) {
    self.timeline = timeline
    self.title = title
  }

  package var svg: String {
    var picture = self
    picture.draw()
    return picture.lines.joined(separator: "\n") + "\n"
  }

  private mutating func draw() {
    lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1400 860\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" font-size=\"12\">",
      "<rect width=\"1400\" height=\"860\" fill=\"#ffffff\"/>",
    ]
    heading()
    phases()
    axes()
    for resident in timeline.residents { rectangle(resident) }
    for resident in timeline.residents { label(resident) }
    bounds()
    peak()
    operationNames()
    lines.append("</svg>")
  }

  // MARK: Scales

  private var operationWidth: Double { plot.width / Double(max(timeline.moments.count, 1)) }
  private var bottom: Double { plot.top + plot.height }
  private func x(_ position: Int) -> Double { plot.left + Double(position) * operationWidth }
  /// A little air above the arena.
  private func height(_ bytes: Int) -> Double { plot.height * 0.91 * Double(bytes) / Double(max(timeline.arenaBytes, 1)) }
  private func y(_ address: Int) -> Double { bottom - height(address) }

  // MARK: Parts

  private mutating func heading() {
    let peak = timeline.moments.isEmpty ? "" : timeline.moments[timeline.peak].operation
    text(plot.left, 28, title, size: 18, weight: "bold")
    text(
      plot.left, 48,
      "arena \(grouped(timeline.arenaBytes)) B, at most \(grouped(timeline.lowerBoundBytes)) B alive at once (\(peak)); \(timeline.moments.count) operations",
      size: 12, color: "#555555")
    var at = plot.left
    for role in BufferRole.allCases where timeline.residents.contains(where: { $0.role == role }) {
      line("<rect x=\"\(px(at))\" y=\"62\" width=\"14\" height=\"14\" fill=\"\(role.color)\" stroke=\"#333333\" stroke-width=\"0.5\"/>")
      text(at + 20, 74, role.rawValue, size: 12)
      at += 44 + 7 * Double(role.rawValue.count)
    }
    line("<line x1=\"\(px(at))\" y1=\"69\" x2=\"\(px(at + 24))\" y2=\"69\" stroke=\"#111111\" stroke-width=\"1.6\"/>")
    text(at + 30, 74, "bytes alive", size: 12)
    at += 118
    line("<line x1=\"\(px(at))\" y1=\"69\" x2=\"\(px(at + 24))\" y2=\"69\" stroke=\"#c1121f\" stroke-width=\"1.4\" stroke-dasharray=\"6 3\"/>")
    text(at + 30, 74, "lower bound and moment of the peak", size: 12)
  }

  /// The forward pass lies on white, what follows the loss on a tint; the strip below tells phases apart.
  private mutating func phases() {
    let forward = timeline.moments.firstIndex { $0.phase != .forward } ?? timeline.moments.count
    let behind = plot.width - Double(forward) * operationWidth
    line("<rect x=\"\(px(x(forward)))\" y=\"\(px(plot.top))\" width=\"\(px(behind))\" height=\"\(px(plot.height))\" fill=\"#fbf3e8\"/>")
    for run in runs() {
      let width = Double(run.positions.count) * operationWidth
      line("<rect x=\"\(px(x(run.positions.lowerBound)))\" y=\"\(px(bottom + 3))\" width=\"\(px(width))\" height=\"9\" fill=\"\(run.phase.color)\"><title>\(run.phase.rawValue), operations \(run.positions.lowerBound) to \(run.positions.upperBound - 1)</title></rect>")
    }
    text(plot.left + 6, plot.top + 16, "forward", size: 13, color: "#777777")
    if behind > 150 { text(x(forward) + 6, plot.top + 16, "loss, backward, update", size: 13, color: "#8a6d3b") }
  }

  /// Neighbouring operations of one phase.
  private func runs() -> [(phase: Phase, positions: Range<Int>)] {
    var runs: [(phase: Phase, positions: Range<Int>)] = []
    for (position, moment) in timeline.moments.enumerated() {
      if let last = runs.last, last.phase == moment.phase {
        runs[runs.count - 1].positions = last.positions.lowerBound..<position + 1
      } else {
        runs.append((moment.phase, position..<position + 1))
      }
    }
    return runs
  }

  private mutating func axes() {
    let step = Self.tick(timeline.arenaBytes)
    for address in stride(from: 0, through: timeline.arenaBytes, by: step) {
      let at = y(address)
      line("<line x1=\"\(px(plot.left))\" y1=\"\(px(at))\" x2=\"\(px(plot.left + plot.width))\" y2=\"\(px(at))\" stroke=\"#dddddd\" stroke-width=\"0.7\"/>")
      text(plot.left - 8, at + 4, Self.kilobytes(address), size: 12, anchor: "end")
    }
    text(20, plot.top + plot.height / 2, "address, KB", size: 13, anchor: "middle", rotation: -90)
    line("<rect x=\"\(px(plot.left))\" y=\"\(px(plot.top))\" width=\"\(px(plot.width))\" height=\"\(px(plot.height))\" fill=\"none\" stroke=\"#999999\"/>")
  }

  private mutating func rectangle(_ resident: MemoryTimeline.Resident) {
    let range = resident.lifetime
    let width = Double(range.count) * operationWidth
    let words = [
      resident.name, "\(resident.role.rawValue), shape \(resident.shape.map(String.init).joined(separator: "×"))",
      "\(grouped(resident.bytes)) B at \(grouped(resident.offset))",
      "from \(range.lowerBound) (\(timeline.moments[range.lowerBound].operation)) to \(range.upperBound) (\(timeline.moments[range.upperBound].operation)), kept \(resident.reason)",
    ]
    line("<rect x=\"\(px(x(range.lowerBound)))\" y=\"\(px(y(resident.offset + resident.bytes)))\" width=\"\(px(width))\" height=\"\(px(max(height(resident.bytes), 0.4)))\" fill=\"\(resident.role.color)\" fill-opacity=\"0.88\" stroke=\"#333333\" stroke-width=\"0.4\"><title>\(Self.escaped(words.joined(separator: "\n")))</title></rect>")
  }

  /// The name of a buffer large enough to hold it.
  private mutating func label(_ resident: MemoryTimeline.Resident) {
    let width = Double(resident.lifetime.count) * operationWidth
    let tall = height(resident.bytes)
    let name = Self.short(resident.name)
    let middle = (x: x(resident.lifetime.lowerBound) + width / 2, y: y(resident.offset) - tall / 2)
    if width >= 6 * Double(name.count) + 6, tall >= 11 {
      text(middle.x, middle.y + 3.5, name, size: 10, color: "#111111", anchor: "middle")
    } else if width >= 11, tall >= 6 * Double(name.count) + 6 {
      text(middle.x + 3.5, middle.y, name, size: 10, color: "#111111", anchor: "middle", rotation: -90)
    }
  }

  /// Bytes alive as a stepped line, and the most of them as the bound that no layout can be under.
  private mutating func bounds() {
    let points = timeline.moments.enumerated().map { position, moment in
      "\(px(x(position))),\(px(y(moment.aliveBytes))) \(px(x(position + 1))),\(px(y(moment.aliveBytes)))"
    }
    line("<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"#111111\" stroke-width=\"1.2\" stroke-opacity=\"0.75\" pointer-events=\"none\"/>")
    let at = y(timeline.lowerBoundBytes)
    line("<line x1=\"\(px(plot.left))\" y1=\"\(px(at))\" x2=\"\(px(plot.left + plot.width))\" y2=\"\(px(at))\" stroke=\"#c1121f\" stroke-width=\"1.4\" stroke-dasharray=\"6 3\"/>")
  }

  private mutating func peak() {
    guard !timeline.moments.isEmpty else { return }
    let position = timeline.peak
    let at = x(position) + operationWidth / 2
    line("<line x1=\"\(px(at))\" y1=\"\(px(plot.top))\" x2=\"\(px(at))\" y2=\"\(px(bottom))\" stroke=\"#c1121f\" stroke-width=\"1.4\" stroke-dasharray=\"6 3\"/>")
    let words = "peak: \(Self.kilobytes(timeline.moments[position].aliveBytes)) KB at \(position). \(timeline.moments[position].operation)"
    let onTheRight = at < plot.left + plot.width * 0.6
    text(at + (onTheRight ? 6 : -6), plot.top + 38, words, size: 12, color: "#c1121f", anchor: onTheRight ? "start" : "end", weight: "bold")
  }

  /// As many names as stand apart.
  private mutating func operationNames() {
    let step = max(1, Int((12 / operationWidth).rounded(.up)))
    for position in stride(from: 0, to: timeline.moments.count, by: step) {
      let name = "\(position). \(Self.short(timeline.moments[position].operation, limit: 26))"
      text(x(position) + operationWidth / 2 + 3, bottom + 20, name, size: 9, color: "#333333", anchor: "end", rotation: -90)
    }
    var at = plot.left
    for phase in Phase.allCases {
      line("<rect x=\"\(px(at))\" y=\"838\" width=\"14\" height=\"9\" fill=\"\(phase.color)\"/>")
      text(at + 20, 847, phase.rawValue, size: 12)
      at += 100
    }
    text(plot.left + plot.width, 847, "operations of the step, in order", size: 13, anchor: "end")
  }

  // MARK: Writing

  private mutating func line(_ text: String) { lines.append(text) }

  private mutating func text(
    _ x: Double, _ y: Double, _ words: String, size: Int, color: String = "#111111", anchor: String = "start",
    weight: String = "normal", rotation: Int = 0
  ) {
    let turn = rotation == 0 ? "" : " transform=\"rotate(\(rotation) \(px(x)) \(px(y)))\""
    line("<text x=\"\(px(x))\" y=\"\(px(y))\" font-size=\"\(size)\" fill=\"\(color)\" text-anchor=\"\(anchor)\" font-weight=\"\(weight)\" pointer-events=\"none\"\(turn)>\(Self.escaped(words))</text>")
  }

  private func px(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  private func grouped(_ value: Int) -> String {
    let digits = String(value).reversed().enumerated().map { index, digit in
      index > 0 && index % 3 == 0 ? ",\(digit)" : "\(digit)"
    }
    return String(digits.joined().reversed())
  }

  private static func kilobytes(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + 512) / 1024
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// A round number of kilobytes that makes 5 to 10 intervals.
  private static func tick(_ bytes: Int) -> Int {
    let steps = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131_072, 262_144, 1 << 20, 1 << 22]
    return steps.first { bytes / $0 <= 10 } ?? 1 << 24
  }

  /// The end of a long name: converters put the scope in front.
  private static func short(_ name: String, limit: Int = 40) -> String {
    let first = name.split(separator: " = ").first ?? name[...]
    let words = first.split(separator: ";").first ?? first
    return words.count <= limit ? String(words) : "…" + words.suffix(limit - 1)
  }

  private static func escaped(_ text: String) -> String {
    text.map { character -> String in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: character.isASCII && character < " " && character != "\n" ? " " : String(character)
      }
    }.joined()
  }
}

extension BufferRole {
  /// Colours that stay apart in grey and for the colour-blind.
  fileprivate var color: String {
    switch self {
    case .sample: "#b2df8a"
    case .activation: "#a6cee3"
    case .savedActivation: "#4f9bd9"
    case .mask: "#a98bc8"
    case .error: "#fdae61"
    case .scratch: "#bdbdbd"
    }
  }
}

extension Phase {
  fileprivate var color: String {
    switch self {
    case .forward: "#6baed6"
    case .backward: "#f4a259"
    case .update: "#8c564b"
    }
  }
}
