import Synchronization

/// The current values of all metrics, and their text for Prometheus.
package final class MetricsRegistry: Sendable {
  /// One series: a metric and its labels, in the order given.
  private struct Series: Hashable {
    let metric: Metric
    let labels: [Label]
  }

  package struct Label: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  private let values = Mutex<[Series: Double]>([:])

  package init() {}

  /// Adds to a series, which begins at 0.
  package func add(_ amount: Double = 1, to metric: Metric, _ labels: Label...) {
    values.withLock { $0[Series(metric: metric, labels: labels), default: 0] += amount }
  }

  /// Sets a gauge, or a counter that is kept elsewhere.
  package func set(_ metric: Metric, _ labels: Label..., to value: Double) {
    values.withLock { $0[Series(metric: metric, labels: labels)] = value }
  }

  /// Forgets all series with the label: of a run that is shown no more.
  package func remove(_ label: Label) {
    values.withLock { values in values = values.filter { !$0.key.labels.contains(label) } }
  }

  /// Text exposition format 0.0.4 of Prometheus: metrics in the order of `Metric`, series sorted by label.
  package func text() -> String {
    let values = values.withLock { $0 }
    return Metric.allCases.map { metric in
      let lines = values.filter { $0.key.metric == metric }
        .map { "\(metric.rawValue)\(Self.text(of: $0.key.labels)) \(Self.text(of: $0.value))\n" }
        .sorted()
      let head = "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
      return head + lines.joined()
    }.joined()
  }

  private static func text(of labels: [Label]) -> String {
    guard !labels.isEmpty else { return "" }
    return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
  }

  private static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
  }
}
