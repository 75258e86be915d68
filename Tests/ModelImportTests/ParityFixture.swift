import Foundation

/// Codes of every layer as LiteRT's reference kernels compute them. Written by Tools/DemoModel/litert_fixtures.py,
/// which describes the format.
struct ParityFixture: Decodable {
  struct Entry: Decodable {
    let name: String
    let bytes: Int
  }

  let model: String
  let inputs: Int
  let tensors: [Entry]

  /// - Returns: for each input, the codes of each tensor in the order of `tensors`.
  static func read(_ base: URL) throws -> (fixture: ParityFixture, codes: [[[Int8]]]) {
    let index = try Data(contentsOf: base.appendingPathExtension("json"))
    let fixture = try JSONDecoder().decode(ParityFixture.self, from: index)
    var codes = try Files.codes(base.appendingPathExtension("bin"))[...]
    let split = (0..<fixture.inputs).map { _ in
      fixture.tensors.map { entry in
        defer { codes = codes.dropFirst(entry.bytes) }
        return Array(codes.prefix(entry.bytes))
      }
    }
    return (fixture, split)
  }
}

extension Files {
  static let parity = root.appendingPathComponent("Tests/Fixtures/parity")

  /// int8 codes of a .bin file, or of a .npy file behind its header.
  static func codes(_ url: URL) throws -> [Int8] {
    var bytes = try bytes(url)[...]
    if url.pathExtension == "npy" { bytes = bytes.dropFirst(10 + Int(bytes[8]) + Int(bytes[9]) << 8) }
    return bytes.map { Int8(bitPattern: $0) }
  }
}
