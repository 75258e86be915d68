import Foundation
import WireProtocol

/// The frozen files under Protocol/vectors, and the same as tables for C.
enum VectorFiles {
  /// The project's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Path below the root, and contents.
  static func contents() throws -> [(path: String, text: String)] {
    [
      ("Protocol/vectors/checksums.json", try lines(checksums)),
      ("Protocol/vectors/stuffing.json", try lines(stuffing)),
      ("Protocol/vectors/frames.json", try lines(FrameVector.all.map(json))),
      ("Protocol/vectors/messages.json", try lines(MessageVector.all.map(json))),
      ("Firmware/runtime/protocol_vectors.gen.c", tables),
    ]
  }

  /// One row a vector: its file and the digest of its line (FNV-1a, 64 bit).
  static func digests() throws -> [String] {
    try contents().filter { $0.path.hasSuffix(".json") }.flatMap { file in
      file.text.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
        let text = line.hasSuffix(",") ? line.dropLast() : line
        let digest = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(file.path.split(separator: "/").last ?? "") \(String(digest, radix: 16))"
      }
    }
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A JSON array with one vector a line.
  private static func lines(_ vectors: [[String: Any]]) throws -> String {
    let lines = try vectors.map { vector in
      let data = try JSONSerialization.data(
        withJSONObject: vector, options: [.sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self)
    }
    return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
  }

  private static var checksums: [[String: Any]] {
    [Array("123456789".utf8), [], [0], Array(repeating: 0, count: 32), Array(0..<32)].map {
      ["bytes": hex($0), "crc32c": String(CRC32C.checksum($0), radix: 16)]
    }
  }

  private static var stuffing: [[String: Any]] {
    let contents: [[UInt8]] = [
      [], [0], [0, 0], [1], [1, 0], [0, 1], Array(1...254), [0] + Array(1...254),
      Array(1...255), Array(1...254) + [0], Array(repeating: 1, count: 508),
    ]
    return contents.map { ["contents": hex($0), "stuffed": hex(COBS.stuff($0))] }
  }

  private static func json(_ vector: FrameVector) -> [String: Any] {
    var object: [String: Any] = [
      "name": vector.name, "wire": hex(vector.wire), "key": String(FrameVector.key, radix: 16),
    ]
    switch vector.result {
    case .failure(let error): object["result"] = "\(error)"
    case .success(let frame):
      object["result"] = "good"
      object["kind"] = "\(frame.kind)"
      object["channel"] = "\(frame.channel)"
      object["first"] = frame.isFirst
      object["last"] = frame.isLast
      object["sender"] = "\(frame.sender)"
      object["epoch"] = frame.epoch
      object["credit"] = frame.credit
      object["sequence"] = frame.sequence
      object["acknowledged"] = frame.acknowledged
      object["body"] = hex(frame.body)
    }
    return object
  }

  private static func json(_ vector: MessageVector) -> [String: Any] {
    var object: [String: Any] = [
      "name": vector.name, "sender": "\(vector.sender)", "bytes": hex(vector.bytes),
      "result": vector.message == nil ? "malformed" : "good",
    ]
    if let message = vector.message { object["fields"] = value(message.content) }
    return object
  }

  /// Bytes as hexadecimal, 64-bit numbers as text, structs as objects.
  private static func value(_ any: Any) -> Any {
    switch any {
    case let bytes as [UInt8]: return hex(bytes)
    case let number as UInt64: return String(number)
    case let number as any BinaryInteger: return Int(number)
    case let text as String: return text
    default: break
    }
    let mirror = Mirror(reflecting: any)
    switch mirror.displayStyle {
    case .enum: return "\(any)"
    case .collection: return mirror.children.map { value($0.value) }
    default:
      let pairs = mirror.children.compactMap { child in
        child.label.map { ($0, value(child.value)) }
      }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
  }
}

extension VectorFiles {
  private static var tables: String {
    var text = """
      /* Written by WireProtocolTests (UPDATE_VECTORS=1) from Protocol/vectors. */
      /* clang-format off */
      #include "protocol_vectors.h"

      """
    let frames = FrameVector.all
    let messages = MessageVector.all.filter { $0.sender == .host }
    for (index, vector) in frames.enumerated() {
      text += array("wire_\(index)", vector.wire)
      if case .success(let frame) = vector.result { text += array("body_\(index)", frame.body) }
    }
    for (index, vector) in messages.enumerated() {
      text += array("message_\(index)", vector.bytes)
    }
    text += "\nconst uint32_t frame_vector_key = 0x\(String(FrameVector.key, radix: 16));\n"
    text += "\nconst struct frame_vector frame_vectors[] = {\n"
    for (index, vector) in frames.enumerated() { text += row(index, vector) }
    text += "};\nconst uint32_t frame_vector_count = \(frames.count);\n"
    text += "\nconst struct message_vector message_vectors[] = {\n"
    for (index, vector) in messages.enumerated() {
      let isGood = vector.message != nil
      text += "    {message_\(index), \(vector.bytes.count), \(isGood)}, /* \(vector.name) */\n"
    }
    return text + "};\nconst uint32_t message_vector_count = \(messages.count);\n"
  }

  private static func row(_ index: Int, _ vector: FrameVector) -> String {
    let open = "    /* \(vector.name) */\n    {wire_\(index), \(vector.wire.count), "
    switch vector.result {
    case .failure(let error):
      return open + "\(error.rawValue), {0}, 0, 0},\n"
    case .success(let frame):
      let header =
        "{\(frame.kind.rawValue), \(frame.channel.rawValue), \(frame.isFirst), "
        + "\(frame.isLast), \(frame.sender.rawValue), \(frame.epoch), \(frame.credit), "
        + "\(frame.sequence), \(frame.acknowledged)}"
      return open + "FRAME_GOOD,\n     \(header), body_\(index), \(frame.body.count)},\n"
    }
  }

  /// C has no empty arrays; the count says that none of it is meant.
  private static func array(_ name: String, _ bytes: [UInt8]) -> String {
    var text = "\nstatic const uint8_t \(name)[] = {"
    for (index, byte) in (bytes.isEmpty ? [0] : bytes).enumerated() {
      text += (index % 16 == 0 ? "\n    " : " ") + "0x" + hex([byte]) + ","
    }
    return text + "\n};\n"
  }
}
