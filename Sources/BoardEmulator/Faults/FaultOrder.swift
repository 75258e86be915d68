import Foundation

/// A fault as the command line and the control socket spell it.
///
/// ```
/// reset@N                              the reset pin, exactly behind N executed instructions since power on
/// reset:every=A..B,count=C,seed=S      again and again, A to B instructions after the last one, drawn
/// bus-fault@N                          an external abort of the data bus behind N executed instructions
/// framing:every=N,count=C              every Nth byte from the host is damaged and its stop bit low
/// noise:every=N,count=C                every Nth byte from the host is noisy, and right
/// overrun:every=N,count=C              behind every Nth byte neither DMA nor core is told, until the receiver has overrun
/// withhold-interrupts:us=U,every=N,count=C   behind every Nth byte the core hears of no interrupt for U microseconds
/// hse-stuck                            the external clock never gets ready
/// slow-erase=F                         erasing flash takes F times as long as it typically does
/// power-cut@flash-operation=N          power goes within that erase or program operation
/// unplug:ms=M                          the cable, and with it power, is gone for so long
/// ```
/// `count` and `every` may be left out: once, and the next one.
package enum FaultOrder: Hashable, Sendable {
  case resetAt(UInt64)
  case busFaultAt(UInt64)
  case resets(every: ClosedRange<UInt64>, count: Int, seed: UInt64)
  case line(LineFault, every: Int, count: Int)
  case externalClockStuck
  case slowErase(Double)
  case powerCut(flashOperation: UInt64)
  case unplug(milliseconds: UInt64)

  package enum LineFault: Hashable, Sendable {
    case framing, noise, overrun
    case withheldInterrupts(microseconds: UInt64)
  }

  package init(_ text: String) throws(Finding) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    var values = try FaultValues(parts.count > 1 ? parts[1] : "", of: text)
    let head = parts.first ?? ""
    switch head {
    case "reset":
      self = .resets(every: try values.range("every"), count: try values.number("count", otherwise: 1), seed: try values.number("seed", otherwise: 1))
    case "framing": self = try .line(.framing, every: values.every(), count: values.count())
    case "noise": self = try .line(.noise, every: values.every(), count: values.count())
    case "overrun": self = try .line(.overrun, every: values.every(), count: values.count())
    case "withhold-interrupts":
      self = try .line(.withheldInterrupts(microseconds: values.number("us")), every: values.every(), count: values.count())
    case "hse-stuck": self = .externalClockStuck
    case "unplug": self = .unplug(milliseconds: try values.number("ms"))
    default: self = try Self.single(head, of: text)
    }
    try values.finish()
  }

  private static func single(_ head: String, of text: String) throws(Finding) -> FaultOrder {
    if let value = head.after("reset@"), let count = UInt64(value) { return .resetAt(count) }
    if let value = head.after("bus-fault@"), let count = UInt64(value) { return .busFaultAt(count) }
    if let value = head.after("slow-erase="), let factor = Double(value), factor >= 1 { return .slowErase(factor) }
    if let value = head.after("power-cut@flash-operation="), let count = UInt64(value), count > 0 { return .powerCut(flashOperation: count) }
    throw Finding(
      .broken,
      "fault '\(text)': found no such fault: expected reset@N, reset:every=A..B, bus-fault@N, framing:every=N, noise:every=N, overrun:every=N, "
        + "withhold-interrupts:us=U, hse-stuck, slow-erase=F, power-cut@flash-operation=N or unplug:ms=M")
  }
}

extension String {
  fileprivate func after(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}

/// `key=value,key=value` behind a fault's name; each key once, none left over.
private struct FaultValues {
  private let text: String
  private var values: [String: String] = [:]

  init(_ list: String, of text: String) throws(Finding) {
    self.text = text
    for entry in list.split(separator: ",") {
      let pair = entry.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, values[pair[0]] == nil else {
        throw Finding(.broken, "fault '\(text)': found '\(entry)': expected key=value, each key once")
      }
      values[pair[0]] = pair[1]
    }
  }

  mutating func number<Number: FixedWidthInteger>(_ key: String, otherwise: Number? = nil) throws(Finding) -> Number {
    guard let value = values.removeValue(forKey: key) else {
      if let otherwise { return otherwise }
      throw Finding(.broken, "fault '\(text)': found no \(key): expected \(key)=NUMBER")
    }
    guard let number = Number(value), number > 0 else {
      throw Finding(.broken, "fault '\(text)': \(key): found '\(value)': expected a whole number from 1")
    }
    return number
  }

  mutating func every() throws(Finding) -> Int { try number("every", otherwise: 1) }
  mutating func count() throws(Finding) -> Int { try number("count", otherwise: 1) }

  mutating func range(_ key: String) throws(Finding) -> ClosedRange<UInt64> {
    let value = values.removeValue(forKey: key) ?? ""
    let ends = value.components(separatedBy: "..").compactMap { UInt64($0) }
    guard ends.count == 2, ends[0] > 0, ends[0] <= ends[1] else {
      throw Finding(.broken, "fault '\(text)': \(key): found '\(value)': expected A..B, instructions, A at most B")
    }
    return ends[0]...ends[1]
  }

  func finish() throws(Finding) {
    if let key = values.keys.sorted().first { throw Finding(.broken, "fault '\(text)': found '\(key)', which it does not take") }
  }
}
