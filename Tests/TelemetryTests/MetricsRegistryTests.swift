import Foundation
import Telemetry
import Testing

@Suite struct MetricsRegistryTests {
  private typealias Label = MetricsRegistry.Label

  @Test func text_followsTheExpositionFormat() {
    let registry = MetricsRegistry()
    registry.add(2, to: .steps, Label("run", "10"), Label("mode", "train"))
    registry.add(to: .steps, Label("run", "10"), Label("mode", "train"))
    registry.add(to: .steps, Label("run", "1"), Label("mode", "evaluate"))
    registry.set(.loss, Label("run", "a\"b\\c\nd"), to: 0.25)
    let lines = registry.text().split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("fieldtune_") } == [
        "fieldtune_steps_total{run=\"1\",mode=\"evaluate\"} 1",
        "fieldtune_steps_total{run=\"10\",mode=\"train\"} 3",
        "fieldtune_loss_nats{run=\"a\\\"b\\\\c\\nd\"} 0.25",
      ])
    #expect(lines.filter { $0.hasPrefix("# TYPE fieldtune_steps_total ") } == ["# TYPE fieldtune_steps_total counter"])
    #expect(lines.filter { $0.hasPrefix("# TYPE fieldtune_loss_nats ") } == ["# TYPE fieldtune_loss_nats gauge"])
  }

  @Test func text_namesEveryMetricOnce() {
    let heads = MetricsRegistry().text().split(separator: "\n").filter { $0.hasPrefix("# HELP ") }
    #expect(heads.count == Metric.allCases.count)
    #expect(Set(heads).count == heads.count)
  }

  @Test func documentation_namesEveryMetricAsItIs() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Documentation/metrics.md"), encoding: .utf8)
    for metric in Metric.allCases {
      let row = "| `\(metric.rawValue)` | \(metric.kind.rawValue) | \(metric.help) |"
      #expect(page.contains(row), "expected the row: \(row)")
    }
    #expect(page.split(separator: "\n").count { $0.hasPrefix("| `") } == Metric.allCases.count)
  }

  @Test func series_ofALabelAreForgotten() {
    let registry = MetricsRegistry()
    registry.add(to: .steps, Label("run", "1"), Label("mode", "train"))
    registry.add(to: .steps, Label("run", "2"), Label("mode", "train"))
    registry.remove(Label("run", "1"))
    #expect(registry.text().split(separator: "\n").filter { $0.hasPrefix("fieldtune_") } == ["fieldtune_steps_total{run=\"2\",mode=\"train\"} 1"])
  }

  @Test(arguments: [(3.0, "3"), (0.5, "0.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN")])
  func values_areWritten(value: Double, text: String) {
    let registry = MetricsRegistry()
    registry.set(.accuracy, to: value)
    #expect(registry.text().contains("\nfieldtune_accuracy_ratio \(text)\n"))
  }
}
