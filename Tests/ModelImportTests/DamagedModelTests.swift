import Foundation
import GraphIR
import ModelImport
import Testing

@Suite struct DamagedModelTests {
  private static let shipped = ["digits-conv", "digits-dense"]

  private func bytes(_ name: String) throws -> [UInt8] {
    try Files.bytes(Files.demo.appendingPathComponent("\(name).tflite"))
  }

  @Test(arguments: shipped) func truncation_atEveryByteIsRefused(name: String) throws {
    let whole = try bytes(name)
    let accepted = try (0..<whole.count).filter { try Files.imports(Array(whole.prefix($0))) }
    #expect(accepted == [])
  }

  @Test(arguments: shipped) func randomByteChanges_neverCrash(name: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("randomByteChanges_neverCrash(\(name)): seed \(seed)")
    var random = SplitMix(seed: seed)
    let whole = try bytes(name)
    var refused = 0
    for _ in 0..<15_000 {
      var changed = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed[Int.random(in: whole.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if try !Files.imports(changed) { refused += 1 }
    }
    #expect(refused > 0, "seed \(seed)")
  }

  /// Most bytes of a model are weights; this aims at the others, with values that offsets and counts fear.
  @Test(arguments: shipped) func randomWordChanges_outsideOfWeightsNeverCrash(name: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("randomWordChanges_outsideOfWeightsNeverCrash(\(name)): seed \(seed)")
    var random = SplitMix(seed: seed)
    let whole = try bytes(name)
    let layers = try ModelImporter.graph(of: whole, name: name).layers
    let weights = layers.map { $0.weights.dataOffset..<$0.weights.dataOffset + $0.weights.dataBytes }
    let places = (0..<whole.count - 3).filter { place in !weights.contains { $0.contains(place) } }
    let words: [UInt32] = [
      0, 1, 3, 4, 127, 128, 255, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff,
    ]
    for _ in 0..<15_000 {
      var changed = whole
      let place = places[Int.random(in: places.indices, using: &random)]
      let word =
        Bool.random(using: &random)
        ? words[Int.random(in: words.indices, using: &random)] : UInt32.random(in: 0...UInt32.max, using: &random)
      for byte in 0..<Int.random(in: 1...4, using: &random) {
        changed[place + byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))
      }
      _ = try Files.imports(changed)
    }
  }

  @Test(arguments: [
    ([], "0 B"), (Array("hello, world".utf8), "the file identifier 'o, w'"),
    ([0x1c, 0, 0, 0] + Array("TFL3".utf8), "an offset of 28"),
    ([8, 0, 0, 0] + Array("TFL3".utf8) + [255, 255, 255, 127], "2 B at byte"),
  ]) func noModel_isRefusedBySentence(bytes: [UInt8], found: String) throws {
    let error = #expect(throws: ImportError.self) { try ModelImporter.graph(of: bytes, name: "x") }
    #expect(error?.found.contains(found) == true, "\(error?.description ?? "")")
  }

  @Test func missingFile_isRefusedBySentence() {
    let error = #expect(throws: ImportError.self) {
      try ModelImporter.graph(of: URL(fileURLWithPath: "/nowhere/model.tflite"))
    }
    #expect(error?.kind == .unreadable)
    #expect(error?.location == "/nowhere/model.tflite")
  }
}
