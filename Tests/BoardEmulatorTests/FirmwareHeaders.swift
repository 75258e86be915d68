import Foundation

/// What the drivers' sources say of registers: where each lies, and which of its bits they name.
struct FirmwareHeaders {
  enum Place: Hashable {
    case address(UInt32)
    /// Of every peripheral whose name begins so: `GPIO`.
    case offset(peripheral: String, UInt32)
    /// Of every stream of a DMA controller.
    case stream(UInt32)
  }

  struct Bits: Hashable {
    let name: String
    let mask: UInt32
  }

  /// By name, `RCC_CR`; registers of a family without their peripheral's number, `GPIO_MODER`.
  private(set) var places: [String: Place] = [:]
  private(set) var bits: [String: [Bits]] = [:]
  /// The registers of a USART, by the file that says where they lie and by name.
  private(set) var usart: [String: [String: UInt32]] = [:]

  private var allBits: [Bits] = []

  /// The drivers call SR and ISR the status, whose bits are the same.
  func usartBits(_ register: String) -> [Bits] {
    let prefix = ["SR", "ISR"].contains(register) ? "USART_STATUS_" : "USART_\(register)_"
    return allBits.filter { $0.name.hasPrefix(prefix) }.map { Bits(name: String($0.name.dropFirst(prefix.count)), mask: $0.mask) }
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Firmware")

  init() throws {
    let sources = Self.folder.appendingPathComponent("boards/common")
    var constants: [(name: String, value: String)] = []
    for file in try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
    where ["cortex_m", "stm32"].contains(where: file.hasPrefix) {
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for line in text.split(separator: "\n") {
        if let (name, place) = Self.register(line) { places[name] = place } else if let constant = Self.constant(line) { constants.append(constant) }
        if let match = line.wholeMatch(of: /\s+\.\w+ = (0x[0-9A-F]+), +\/\* (\w+) \*\//), file.hasSuffix("_usart.c") {
          usart[file, default: [:]][String(match.2)] = UInt32(match.1.dropFirst(2), radix: 16)
        }
      }
    }
    allBits = constants.compactMap { constant in Self.value(constant.value).map { Bits(name: constant.name, mask: $0) } }
    for constant in constants {
      guard let register = places.keys.filter({ constant.name.hasPrefix($0 + "_") }).max(by: { $0.count < $1.count }),
        let mask = Self.value(constant.value), mask != 0, !constant.name.hasSuffix("_RESERVED")
      else { continue }
      let found = Bits(name: String(constant.name.dropFirst(register.count + 1)), mask: mask)
      if bits[register]?.contains(found) != true { bits[register, default: []].append(found) }
    }
  }

  private static func hex(_ text: Substring) -> UInt32 { UInt32(text, radix: 16)! }

  private static func register(_ line: Substring) -> (String, Place)? {
    if let match = line.prefixMatch(of: /#define (\w+)(?:\(\w+\))? REGISTER32\(0x([0-9A-F]+)u/) {
      return (String(match.1), .address(hex(match.2)))
    }
    if let match = line.prefixMatch(of: /#define ([A-Z0-9]+)_(\w+)\(\w+(?:, \w+)?\) REGISTER32\(\(\w+\) \+ 0x([0-9A-F]+)u/) {
      return ("\(match.1)_\(match.2)", .offset(peripheral: String(match.1), hex(match.3)))
    }
    if let match = line.prefixMatch(of: /#define (DMA_Sx\w+)\(stream\) REGISTER32\(\(stream\)->registers \+ 0x([0-9A-F]+)u/) {
      return (String(match.1), .stream(hex(match.2)))
    }
    return nil
  }

  private static func constant(_ line: Substring) -> (String, String)? {
    guard let match = line.prefixMatch(of: /#define (\w+) +([^\/]+)/), !line.contains("REGISTER32") else { return nil }
    return (String(match.1), match.2.trimmingCharacters(in: .whitespaces))
  }

  /// Of `(0xFu << 4 | 1u << 13)`; nil where other names stand in it.
  static func value(_ text: String) -> UInt32? {
    var result: UInt32 = 0
    for term in text.filter({ !"()u ".contains($0) }).split(separator: "|") {
      let parts = term.components(separatedBy: "<<").map { part in
        part.hasPrefix("0x") ? UInt32(part.dropFirst(2), radix: 16) : UInt32(part)
      }
      guard parts.count <= 2, let first = parts[0], let shift = parts.count == 2 ? parts[1] : 0 else { return nil }
      result |= first << shift
    }
    return result
  }
}
