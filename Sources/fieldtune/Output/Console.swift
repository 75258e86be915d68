import Foundation

/// Standard output for results, standard error for everything else.
enum Console {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ text: String) {
    put(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
  }

  static func write(json value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      write(String(decoding: try encoder.encode(value), as: UTF8.self))
    } catch {
      preconditionFailure("a result that cannot be encoded: \(error)")
    }
  }

  static func note(_ text: String) { put(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }

  /// Replaces the line the cursor is on.
  static func replaceLine(_ text: String) { put("\r\u{1B}[2K" + text, to: STDERR_FILENO) }

  /// What another program prints, as it prints it.
  static func pass(_ bytes: [UInt8]) { put(bytes, to: STDERR_FILENO) }

  private static func put(_ text: String, to descriptor: Int32) { put(Array(text.utf8), to: descriptor) }

  /// A reader that hung up (`| head`) ends the output, not the program's work. A result that cannot be
  /// written otherwise, as on a full disk, ends the program.
  private static func put(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let reason = errno
        guard descriptor == STDOUT_FILENO, reason != EPIPE else { return }
        note("fieldtune: standard output: cannot be written: \(String(cString: strerror(reason)))")
        Leftovers.removeAndExit(.inputOutput)
      }
      rest = rest.dropFirst(written)
    }
  }

  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Foundation.write(descriptor, bytes, count)
  }
}
