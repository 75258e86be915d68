import Hummingbird

/// Lets only this machine's own pages through: a site that rebinds its name to 127.0.0.1 still sends its own
/// name as Host, and another site's script its own Origin.
struct HostCheck<Context: RequestContext>: RouterMiddleware {
  private static var ownNames: Set<String> { ["localhost", "127.0.0.1", "[::1]"] }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let host = request.head.authority ?? ""
    guard Self.ownNames.contains(Self.name(of: host)) else {
      return Self.refusal("Host: found '\(host)', expected localhost or 127.0.0.1")
    }
    if let origin = request.headers[.origin], origin != "http://\(host)" {
      return Self.refusal("Origin: found '\(origin)', expected http://\(host)")
    }
    return try await next(request, context)
  }

  /// Without the port, which a tunnel may have changed.
  private static func name(of host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    return String(host.prefix { $0 != ":" })
  }

  private static func refusal(_ sentence: String) -> Response {
    Response(
      status: .forbidden, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: sentence + "\n")))
  }
}
