import HTTPTypes
import Hummingbird

/// Lets in who shows the token, and this machine's own page alone.
///
/// - A site that rebinds its name to 127.0.0.1 (DNS rebinding) still sends its own name as Host.
/// - Another site's script sends its own Origin. No answer allows another origin to read it (no CORS).
/// - The token comes as `Authorization: Bearer`, or once as `?token=`, which is turned into a cookie and taken
///   out of the address, so that it stands in no history and no `Referer`.
struct PageGuard<Context: RequestContext>: RouterMiddleware {
  private enum Verdict {
    case admitted
    case refused(HTTPResponse.Status, String)
    /// The token was in the address: go on without it.
    case moved(to: String)
  }

  private static var ownNames: Set<String> { ["localhost", "127.0.0.1", "[::1]"] }

  let token: AccessToken

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    switch verdict(on: request) {
    case .admitted:
      do {
        response = try await next(request, context)
      } catch let error as HTTPError {
        response = try error.response(from: request, context: context)
      }
    case .refused(let status, let sentence): response = Self.sentence(sentence, status)
    case .moved(let place): response = moved(to: place, host: request.head.authority ?? "")
    }
    Self.secure(&response.headers)
    return response
  }

  private func verdict(on request: Request) -> Verdict {
    let host = request.head.authority ?? ""
    guard Self.ownNames.contains(Self.name(of: host)) else {
      return .refused(.forbidden, "Host: found '\(host)', expected localhost or 127.0.0.1")
    }
    if let origin = request.headers[.origin], origin != "http://\(host)" {
      return .refused(.forbidden, "Origin: found '\(origin)', expected http://\(host)")
    }
    if let offered = request.uri.queryParameters.get("token") {
      return token.matches(offered) ? .moved(to: request.uri.path) : Self.stranger
    }
    if let header = request.headers[.authorization] {
      let words = header.split(separator: " ")
      return words.count == 2 && words[0].lowercased() == "bearer" && token.matches(words[1])
        ? .admitted : Self.stranger
    }
    return request.cookies[Self.cookie(of: host)].map { token.matches($0.value) } == true ? .admitted : Self.stranger
  }

  private static var stranger: Verdict {
    .refused(
      .unauthorized,
      "token: found none, or an old one: open the link that 'fieldtune page' prints; programs send the token as "
        + "'Authorization: Bearer'")
  }

  private func moved(to place: String, host: String) -> Response {
    Response(
      status: .seeOther,
      headers: [
        .location: place,
        .setCookie: "\(Self.cookie(of: host))=\(token.text); HttpOnly; SameSite=Strict; Path=/",
      ])
  }

  /// Cookies are shared by all ports of a host: each daemon has a name of its own.
  private static func cookie(of host: String) -> String {
    "fieldtune-" + (host.split(separator: ":").last.flatMap { Int($0) }.map(String.init) ?? "80")
  }

  /// Without the port, which a tunnel may have changed.
  private static func name(of host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    return String(host.prefix { $0 != ":" })
  }

  private static func sentence(_ sentence: String, _ status: HTTPResponse.Status) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: sentence + "\n")))
  }

  /// What every answer says: nothing of it is kept, framed, embedded or interpreted as something else.
  private static func secure(_ headers: inout HTTPFields) {
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
    if headers[.contentSecurityPolicy] == nil {
      headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    }
    for (name, value) in [
      ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
  }
}
