import Foundation

/// The table of Documentation/gradients.md: a line for each model, then the tensors that fall short.
struct GradientReport {
  static let leastCosine = 0.999

  private var lines = [
    "| model | samples | tensors | 1 − cosine at full precision: worst, median | in int16: worst, median | below 0.999 in int16 |",
    "|---|---|---|---|---|---|",
  ]
  private var shortfalls: [String] = []

  mutating func add(full: GradientTable, int16: GradientTable, samples: Int) {
    let short = int16.rows.filter { $0.isReached && $0.cosine < Self.leastCosine }
    lines.append(
      "| \(full.model.replacing(".tflite", with: "")) | \(samples) | \(full.cosines.count) of \(full.rows.count) | \(Self.figures(full.cosines)) | \(Self.figures(int16.cosines)) | \(short.count) |")
    for row in short {
      shortfalls.append(
        "| \(full.model.replacing(".tflite", with: "")) | \(Self.name(row.name)) | \(Self.text(1 - row.cosine)) | \(Self.text(row.shortest)) to \(Self.text(row.longest)) |")
    }
  }

  var markdown: String {
    guard !shortfalls.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    let heading = ["", "| model | tensor below 0.999 in int16 | 1 − cosine | length of ours over PyTorch's |", "|---|---|---|---|"]
    return (lines + heading + shortfalls).joined(separator: "\n") + "\n"
  }

  private static func figures(_ cosines: [Double]) -> String {
    guard let least = cosines.first else { return "-" }
    return "\(text(1 - least)), \(text(1 - cosines[cosines.count / 2]))"
  }

  /// Converters join names with semicolons; the last path components tell a tensor.
  private static func name(_ full: String) -> String {
    let first = full.split(separator: ";").first.map(String.init) ?? full
    return first.split(separator: "/").suffix(3).joined(separator: "/").replacing("|", with: "/")
  }

  private static func text(_ value: Double) -> String { String(format: "%.2g", value) }
}
