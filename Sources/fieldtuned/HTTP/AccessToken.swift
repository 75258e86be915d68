import Foundation

/// What a browser, or Prometheus, shows to be let in: 256 random bits, new at every start of the daemon.
package struct AccessToken: Sendable {
  /// 64 hexadecimal digits: they need no escaping in a link, a header or a cookie.
  package let text: String

  package init() {
    var source = SystemRandomNumberGenerator()
    text = (0..<4).map { _ in
      let digits = String(UInt64.random(in: .min ... .max, using: &source), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Takes the same time wherever the first difference is, so that a guesser learns nothing from it.
  package func matches(_ offered: some StringProtocol) -> Bool {
    let (own, other) = (Array(text.utf8), Array(offered.utf8))
    var difference: UInt8 = own.count == other.count ? 0 : 1
    for index in own.indices { difference |= own[index] ^ (index < other.count ? other[index] : 0) }
    return difference == 0
  }

  /// Where the token of the daemon with this socket is kept: `fieldtuned.sock` has `fieldtuned.token`.
  package static func path(besideSocket socket: String) -> String {
    URL(fileURLWithPath: socket).deletingPathExtension().path + ".token"
  }

  /// Writes the token for the members of the folder's group alone (mode 0640), in place of one that a killed
  /// daemon left.
  ///
  /// - Throws: `ConfigurationError`.
  func write(to path: String) throws {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    let bytes = Array((text + "\n").utf8)
    guard bytes.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
      fchmod(descriptor, 0o640) == 0
    else { throw Self.failure(path) }
  }

  private static func failure(_ path: String) -> ConfigurationError {
    ConfigurationError(
      "\(path): the page's token cannot be written: \(String(cString: strerror(errno))): make the socket's folder "
        + "writable for the daemon, or set socket in the configuration")
  }
}
