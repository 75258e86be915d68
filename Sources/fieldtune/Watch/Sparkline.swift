/// A curve in one line of text.
enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// - Parameter range: what the lowest and the highest block stand for; the values' own where nil.
  static func text(_ values: [Double], width: Int, range: ClosedRange<Double>? = nil) -> String {
    guard !values.isEmpty, width > 0 else { return "" }
    let columns = min(width, values.count)
    let means = (0..<columns).map { column in
      let part = values[values.count * column / columns..<values.count * (column + 1) / columns]
      return part.reduce(0, +) / Double(part.count)
    }
    let low = range?.lowerBound ?? means.min() ?? 0
    let high = range?.upperBound ?? means.max() ?? 1
    return String(
      means.map { mean in
        let share = high > low ? (mean - low) / (high - low) : 0
        return blocks[max(0, min(blocks.count - 1, Int(share * Double(blocks.count))))]
      })
  }

  /// How much of a whole: `███·····`.
  static func bar(_ share: Double, width: Int) -> String {
    let filled = max(0, min(width, Int((share * Double(width)).rounded())))
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
  }
}
