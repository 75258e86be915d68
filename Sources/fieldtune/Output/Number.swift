import Foundation

/// Numbers as people read them.
enum Number {
  /// 12345678 → `12,345,678`.
  static func grouped(_ value: Int) -> String {
    let digits = String(abs(value))
    var groups: [Substring] = []
    var rest = digits[...]
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    groups.insert(rest, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  static func bytes(_ value: Int) -> String { grouped(value) + " B" }

  /// 0.4289 → `42.9 %`; `-` for none.
  static func percent(_ ratio: Double?) -> String { ratio.map { fixed($0 * 100, 1) + " %" } ?? "-" }

  static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// Whole seconds as `1 h 02 min`, `3 min 20 s`, `12 s`.
  static func duration(seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole >= 3600 { return "\(whole / 3600) h \(whole / 60 % 60) min" }
    return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
  }
}
