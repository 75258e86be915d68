/// The loss of a run as an SVG: every step as a dot, and its running mean.
struct LossChart {
  let title: String
  let losses: [Double]

  private static let width = 720.0
  private static let height = 360.0
  private static let left = 56.0
  private static let right = 16.0
  private static let top = 40.0
  private static let bottom = 44.0

  var svg: String {
    let means = runningMeans
    let highest = Self.niceCeiling((means.max() ?? 1) * 1.2)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      font-family="system-ui, sans-serif" font-size="12" fill="#1f2933">
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(Int(Self.left))" y="24" font-size="15" font-weight="600">\(Self.escaped(title))</text>
      \(grid(highest))
      <path fill="none" stroke="#829ab1" stroke-opacity="0.55" stroke-width="2.4" stroke-linecap="round" d="\(dots(highest))"/>
      <polyline fill="none" stroke="#c2410c" stroke-width="2.2" stroke-linejoin="round" points="\(points(means, highest))"/>
      \(legend)
      </svg>

      """
  }

  /// Mean of a window of a twentieth of the run, at least 5 steps, centred where it fits.
  private var runningMeans: [Double] {
    let half = max(2, losses.count / 40)
    return losses.indices.map { index in
      let window = losses[max(0, index - half)...min(losses.count - 1, index + half)]
      return window.reduce(0, +) / Double(window.count)
    }
  }

  private func x(_ step: Double) -> Double {
    Self.left + (Self.width - Self.left - Self.right) * step / Double(max(1, losses.count))
  }

  private func y(_ loss: Double, _ highest: Double) -> Double {
    Self.height - Self.bottom - (Self.height - Self.top - Self.bottom) * min(loss, highest) / highest
  }

  private func points(_ values: [Double], _ highest: Double) -> String {
    values.enumerated().map {
      "\(Number.fixed(x(Double($0.offset) + 0.5), 1)),\(Number.fixed(y($0.element, highest), 1))"
    }.joined(separator: " ")
  }

  /// A dot for each step, as a line of no length; what lies above the chart stands at its upper edge.
  private func dots(_ highest: Double) -> String {
    losses.enumerated().map {
      "M\(Number.fixed(x(Double($0.offset) + 0.5), 1)) \(Number.fixed(y($0.element, highest), 1))h0"
    }.joined()
  }

  private func grid(_ highest: Double) -> String {
    var lines: [String] = []
    for part in 0...4 {
      let loss = highest * Double(part) / 4
      let height = Number.fixed(y(loss, highest), 1)
      lines.append(
        "<line x1=\"\(Int(Self.left))\" x2=\"\(Int(Self.width - Self.right))\" y1=\"\(height)\" y2=\"\(height)\" "
          + "stroke=\"\(part == 0 ? "#52606d" : "#e4e7eb")\"/>"
          + "<text x=\"\(Int(Self.left - 8))\" y=\"\(height)\" dy=\"4\" text-anchor=\"end\">\(Self.tick(loss))</text>")
      let step = losses.count * part / 4
      lines.append(
        "<text x=\"\(Number.fixed(x(Double(step)), 1))\" y=\"\(Int(Self.height - Self.bottom + 18))\" "
          + "text-anchor=\"middle\">\(step)</text>")
    }
    let middle = (Self.left + Self.width - Self.right) / 2
    lines.append("<text x=\"\(Int(middle))\" y=\"\(Int(Self.height - 8))\" text-anchor=\"middle\">training step</text>")
    return lines.joined(separator: "\n")
  }

  private var legend: String {
    let x = Int(Self.width - Self.right)
    return """
      <text x="\(x)" y="24" text-anchor="end"><tspan fill="#829ab1">loss of each step</tspan>\
      <tspan dx="14" fill="#c2410c" font-weight="600">running mean</tspan>\
      <tspan dx="14">cross-entropy, nats</tspan></text>
      """
  }

  /// 1, 2 or 5 times a power of ten, at or above the value, in four equal parts that read well.
  private static func niceCeiling(_ value: Double) -> Double {
    var ceiling = 0.01
    while true {
      for factor in [1.0, 2, 4, 6, 8] where ceiling * factor >= value { return ceiling * factor }
      ceiling *= 10
    }
  }

  private static func tick(_ value: Double) -> String {
    var text = Number.fixed(value, 3)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
