import Coordinator
import Foundation
import Testing

import struct fieldtuned.AccessToken
import struct fieldtuned.PeerCredentials
import struct fieldtuned.SocketAccess

/// Who is let in, and what those are told who are not.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DaemonSecurityTests {
  private static let bearer = "Authorization: Bearer TOKEN"

  /// TOKEN stands for the daemon's.
  @Test(arguments: [
    (["Host: localhost:9", bearer], 200, ""), (["Host: 127.0.0.1", bearer], 200, ""),
    (["Host: [::1]:80", bearer], 200, ""), (["Host: localhost", "Authorization: bearer TOKEN"], 200, ""),
    (["Host: localhost:80", "Origin: http://localhost:80", bearer], 200, ""),
    (["Host: localhost:81", "Cookie: a=b; fieldtune-81=TOKEN"], 200, ""),
    (["Host: evil.example", bearer], 403, "Host: found 'evil.example', expected localhost or 127.0.0.1"),
    (["Host: localhost.evil.example:80", bearer], 403, "Host: found 'localhost.evil.example:80'"),
    (["Host: ", bearer], 403, "Host: found ''"),
    (
      ["Host: localhost", "Origin: http://evil.example", bearer], 403,
      "Origin: found 'http://evil.example', expected http://localhost"
    ),
    (["Host: localhost", "Origin: null", bearer], 403, "Origin: found 'null'"),
    (["Host: localhost:1", "Origin: http://localhost:2", bearer], 403, "Origin: found 'http://localhost:2'"),
    (["Host: localhost"], 401, "token: found none, or an old one: open the link that 'fieldtune page' prints"),
    (["Host: localhost", "Authorization: Bearer"], 401, "token: found none"),
    (["Host: localhost", "Authorization: Basic TOKEN"], 401, "token: found none"),
    (["Host: localhost", "Authorization: Bearer TOKEN0"], 401, "token: found none"),
    (["Host: localhost", "Authorization: Bearer TOKEN TOKEN"], 401, "token: found none"),
    (["Host: localhost:81", "Cookie: fieldtune-80=TOKEN"], 401, "token: found none"),
    (["Host: localhost:81", "Cookie: fieldtune-81=0"], 401, "token: found none"),
  ])
  func page_isForThoseWithTheToken(headers: [String], status: Int, sentence: String) async throws {
    try await Shared.daemon { daemon in
      let token = try await daemon.token()
      let answer = try await DaemonSocket.get(
        "/api/runs", port: try await daemon.port(), headers: headers.map { $0.replacing("TOKEN", with: token) })
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(sentence.isEmpty || answer.contains(sentence))
      for header in ["nosniff", "Content-Security-Policy: default-src 'none'", "no-referrer", "no-store", "DENY"] {
        #expect(answer.contains(header))
      }
      #expect(!answer.lowercased().contains("access-control"))
    }
  }

  @Test(arguments: ["/", "/metrics", "/api/devices", "/api/runs/1", "/api/runs/1/steps", "/nowhere"])
  func strangers_seeNothing(path: String) async throws {
    try await Shared.daemon { daemon in
      let answer = try await DaemonSocket.get(path, port: try await daemon.port(), headers: ["Host: localhost"])
      #expect(answer.hasPrefix("HTTP/1.1 401 "))
    }
  }

  /// The link of `fieldtune page`: the token leaves the address and becomes a cookie no script can read.
  @Test func linkWithToken_becomesACookie() async throws {
    try await Shared.daemon { daemon in
      let (port, token) = (try await daemon.port(), try await daemon.token())
      let first = try await DaemonSocket.get("/?token=\(token)", port: port, headers: ["Host: localhost:\(port)"])
      #expect(first.hasPrefix("HTTP/1.1 303 "))
      #expect(first.contains("\r\nLocation: /\r\n"))
      let cookie = "fieldtune-\(port)=\(token)"
      #expect(first.contains("\r\nSet-Cookie: \(cookie); HttpOnly; SameSite=Strict; Path=/\r\n"))
      let page = try await DaemonSocket.get("/", port: port, headers: ["Host: localhost:\(port)", "Cookie: \(cookie)"])
      #expect(page.contains("<title>Fieldtune</title>"))
      #expect(!page.contains("$NONCE"))
      #expect(!page.contains("unsafe-inline"))
      let wrong = try await DaemonSocket.get("/?token=\(token.dropLast())", port: port, headers: ["Host: localhost"])
      #expect(wrong.hasPrefix("HTTP/1.1 401 "))
      #expect(!wrong.contains("Set-Cookie"))
    }
  }

  @Test func tokenFile_isForTheGroupAlone_andGoesWithTheDaemon() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let daemon = try await DaemonProcess.start(in: tool)
    let path = AccessToken.path(besideSocket: daemon.client.socketPath)
    #expect(path == tool.path("d.token"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == (try await daemon.token()) + "\n")
    for (path, mode) in [(path, 0o640), (daemon.client.socketPath, 0o660)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? Int) == mode)
    }
    #expect(await daemon.terminate().status == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func tokens_areLongAndComparedWhole() {
    let token = AccessToken()
    #expect(token.text.count == 64)
    #expect(token.text != AccessToken().text)
    #expect(token.matches(token.text))
    for other in ["", String(token.text.dropLast()), token.text + "0", String(token.text.reversed()) + "x"] {
      #expect(!token.matches(other))
    }
  }

  @Test(arguments: [
    (PeerCredentials(processID: 1, userID: 0, groupIDs: [0]), nil),
    (PeerCredentials(processID: 1, userID: 500, groupIDs: [7]), nil),
    (PeerCredentials(processID: 1, userID: 600, groupIDs: [7, 60001]), nil),
    (
      PeerCredentials(processID: 41, userID: 60002, groupIDs: [7, 8]),
      "daemon: found user 60002 (process 41), expected a member of the group 60001: "
        + "'sudo usermod -aG 60001 60002', then log in again"
    ),
    (nil, "daemon: the kernel does not tell who you are, expected a member of the group 60001"),
  ] as [(PeerCredentials?, String?)])
  func socket_isForItsUserRootAndItsGroup(peer: PeerCredentials?, refusal: String?) {
    #expect(SocketAccess(userID: 500, groupID: 60001).refusal(of: peer) == refusal)
  }

  /// The kernel's own word, where this test may become somebody else.
  @Test(.enabled(if: geteuid() == 0)) func strangerOnTheSocket_getsOneSentence() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let daemon = try await DaemonProcess.start(in: tool)
    // Anybody may connect: only the daemon's own check is left.
    chmod(tool.folder.path, 0o711)
    chmod(daemon.client.socketPath, 0o666)
    guard let answer = try await Self.page(as: 65534, at: daemon.client.socketPath) else {
      print("skipped: another user may not run the build's programs")
      _ = await daemon.terminate()
      return
    }
    #expect(answer.hasPrefix("fieldtune: daemon: found user "))
    #expect(answer.hasSuffix("then log in again\n"))
    #expect(try await daemon.get("/metrics").contains("\nfieldtune_clients_refused_total "))
    #expect(await daemon.terminate().status == 0)
  }

  @Test func tooManyClients_getOneSentence() async throws {
    let tool = try Tool()
    defer { tool.remove() }
    let daemon = try await DaemonProcess.start(in: tool)
    // One more than there are places for; each is answered before the next comes.
    var (crowd, answers): ([DaemonSocket], [String]) = ([], [])
    for _ in 0...ControlLimits.clients {
      let client = try DaemonSocket(path: daemon.client.socketPath)
      crowd.append(client)
      try client.send(Array("{\"ping\":{}}\n".utf8))
      let answer = try await DaemonProcess.offload {
        Result { try client.receive { $0.contains(UInt8(ascii: "\n")) } }
      }.get()
      answers.append(String(decoding: answer, as: UTF8.self))
    }
    #expect(answers[0].hasPrefix("{\"info\":"))
    #expect(answers.contains { $0.contains("daemon: found 64 clients connected, expected fewer: try again in a moment") })
    for client in crowd { client.close() }
    #expect(await daemon.terminate().status == 0)
  }

  /// What another user's `fieldtune page` says; `nil` where that user may not run it.
  private static func page(as user: Int, at socket: String) async throws -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", Tool.program("fieldtune").path, "page",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging([ControlSocket.variable: socket]) { $1 }
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = await DaemonProcess.offload {
      String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return [126, 127].contains(process.terminationStatus) ? nil : text
  }

  /// A daemon for one test.
  private enum Shared {
    static func daemon(_ body: (DaemonProcess) async throws -> Void) async throws {
      let tool = try Tool()
      defer { tool.remove() }
      let daemon = try await DaemonProcess.start(in: tool)
      do {
        try await body(daemon)
      } catch {
        Issue.record(error)
      }
      #expect(await daemon.terminate().status == 0)
    }
  }
}
