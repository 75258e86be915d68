import FirmwareRuntime
import Foundation
import Testing
import WireProtocol

@Suite struct VectorTests {
  @Test func vectors_areFrozen() throws {
    let accepts = ProcessInfo.processInfo.environment["UPDATE_VECTORS"] == "1"
    for file in try VectorFiles.contents() {
      let target = VectorFiles.root.appending(path: file.path)
      if accepts { try Data(file.text.utf8).write(to: target) }
      let found = try String(decoding: Data(contentsOf: target), as: UTF8.self)
      #expect(found == file.text, "\(file.path) differs; UPDATE_VECTORS=1 accepts the change")
    }
  }

  /// Protocol/vectors/frozen.txt has the digest of each vector of version 1. UPDATE_VECTORS=1 adds rows for
  /// new vectors and never changes one: who has to, changes the protocol's version.
  @Test func vectors_onlyGrow() throws {
    let list = VectorFiles.root.appending(path: "Protocol/vectors/frozen.txt")
    let frozen = try String(decoding: Data(contentsOf: list), as: UTF8.self).split(separator: "\n").map(String.init)
    let present = try VectorFiles.digests()
    #expect(Set(frozen).subtracting(present) == [], "a frozen vector has changed or is gone; this is protocol version 1")
    let new = present.filter { !Set(frozen).contains($0) }
    if ProcessInfo.processInfo.environment["UPDATE_VECTORS"] == "1", !new.isEmpty {
      try Data(((frozen + new).joined(separator: "\n") + "\n").utf8).write(to: list)
    } else {
      #expect(new == [], "UPDATE_VECTORS=1 freezes these")
    }
  }

  @Test func vectors_passInC() {
    #expect(protocol_vectors_run() == 0)
  }

  @Test func frames_decodeAsTheVectorsSay() {
    for vector in FrameVector.all {
      var decoder = FrameDecoder(key: FrameVector.key)
      var results: [Result<Frame, FrameError>] = []
      for byte in vector.wire { if let result = decoder.take(byte) { results.append(result) } }
      #expect(results == [vector.result], "\(vector.name)")
      if case .success(let frame) = vector.result { #expect(frame.wire(key: FrameVector.key) == vector.wire) }
    }
  }

  @Test func messages_decodeAsTheVectorsSay() throws {
    for vector in MessageVector.all {
      if let message = vector.message {
        let found = try Wire.Message(vector.bytes, from: vector.sender)
        #expect(found == message, "\(vector.name)")
      } else {
        #expect(throws: WireError.self, "\(vector.name)") {
          try Wire.Message(vector.bytes, from: vector.sender)
        }
      }
    }
  }

  @Test func messages_coverEveryKind() {
    let kinds = MessageVector.messages.map { type(of: $0.content).kind }
    #expect(Set(kinds) == Set(Wire.MessageKind.allCases))
  }

  /// Every prefix of every message, in both directions, throws or is read; none crashes.
  @Test func messages_rejectEveryTruncation() {
    for message in MessageVector.messages {
      let kind = type(of: message.content).kind
      for count in 0..<message.bytes.count {
        #expect(throws: WireError.self) {
          try Wire.Message(Array(message.bytes.prefix(count)), from: kind.sender)
        }
      }
      #expect(throws: WireError.self) {
        try Wire.Message(message.bytes, from: kind.sender.other)
      }
    }
  }
}
