import Coordinator
import Doctor
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization
import Telemetry

/// The page, and the read-only interface below it, on a loopback address.
struct PageServer: Sendable {
  /// Browsers keep six connections; more than this many wait until others are closed.
  private static let connectionLimit = 32
  private static let headLimits = HTTP1Channel.Configuration.DecoderConfiguration(
    maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 64)

  private let address: String
  private let port: Int
  private let metrics: MetricsRegistry
  private let director: RunDirector
  private let roster: DeviceRoster
  private let reports: RunReports
  private let token: AccessToken
  private let logger: Logger
  private let bound = BoundPort()

  init(
    address: String, port: Int, store: RunStore, director: RunDirector, roster: DeviceRoster,
    metrics: MetricsRegistry, token: AccessToken, logger: Logger
  ) {
    self.token = token
    self.address = address
    self.port = port
    self.metrics = metrics
    self.director = director
    self.roster = roster
    self.logger = logger
    reports = RunReports(store: store, director: director)
  }

  /// Where the page is; `nil` until the port is open.
  func url() -> String? {
    let host = address.contains(":") ? "[\(address)]" : address
    return bound.number.map { "http://\(host):\($0)/" }
  }

  /// The address with the token that lets a browser in: for those who may use the socket, and for no log.
  @Sendable func link() -> String? { url().map { $0 + "?token=" + token.text } }

  func waitUntilReady() async throws { try await bound.wait() }

  /// Serves until the task is cancelled.
  func run() async throws {
    // The framework calls each connection that is cut at the end an error.
    var quiet = logger
    quiet.logLevel = .critical
    let application = Application(
      router: router(),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [RequestDeadline()], httpDecoderConfiguration: Self.headLimits)),
      configuration: ApplicationConfiguration(
        address: .hostname(address, port: port), serverName: "fieldtuned",
        availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: quiet)),
      onServerRunning: { channel in
        bound.set(channel.localAddress?.port ?? 0)
        logger.info("page ready", metadata: ["url": "\(url() ?? "")"])
      },
      logger: quiet)
    do {
      try await application.run()
    } catch is CancellationError {
      return
    } catch let error as IOError {
      throw ConfigurationError(
        "http: \(address):\(port): \(Self.reason(error, port: port)): set http.port in the configuration")
    }
  }

  private static func reason(_ error: IOError, port: Int) -> String {
    guard error.errnoCode == EADDRINUSE else { return "cannot be opened: \(String(cString: strerror(error.errnoCode)))" }
    let listener = LiveMachine().listener(onPort: port)
    return "found \(listener.map { "\($0.name) (process \($0.id))" } ?? "another program") listening there, expected nobody"
  }

  private func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: PageGuard(token: token))
    router.get("/") { _, _ in Self.page }
    router.get("/metrics") { _, _ in try await metricsText() }
    router.get("/api/devices") { _, _ in try Self.json(await roster.summaries()) }
    router.get("/api/runs") { _, _ in try Self.json(try await reports.all()) }
    router.get("/api/runs/:id") { _, context in
      try await Self.found {
        try Self.json(try await reports.run(try context.parameters.require("id", as: Int64.self)))
      }
    }
    router.get("/api/runs/:id/steps") { request, context in
      let id = try context.parameters.require("id", as: Int64.self)
      let after = request.uri.queryParameters.get("after", as: Int.self) ?? -1
      return try await Self.found { try Self.json(try await reports.steps(of: id, after: after)) }
    }
    return router
  }

  private func metricsText() async throws -> Response {
    await reports.countLinks(in: metrics)
    return Self.response(Array(metrics.text().utf8), type: "text/plain; version=0.0.4; charset=utf-8")
  }

  private static func found(_ body: () async throws -> Response) async throws -> Response {
    do {
      return try await body()
    } catch let error as StoreError {
      guard case .noSuchRun = error else { throw error }
      throw HTTPError(.notFound, message: error.description)
    }
  }

  private static func json(_ value: some Encodable) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return response([UInt8](try encoder.encode(value)), type: "application/json")
  }

  /// Scripts and styles run only with the number that this answer alone carries.
  private static var page: Response {
    let nonce = AccessToken().text
    let text = String(decoding: PackageResources.page_html, as: UTF8.self).replacing("$NONCE", with: nonce)
    var page = response(Array(text.utf8), type: "text/html; charset=utf-8")
    page.headers[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; img-src data:; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return page
  }

  private static func response(_ bytes: [UInt8], type: String) -> Response {
    Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

/// The port that was bound, once it is.
private final class BoundPort: Sendable {
  private let port = Mutex<Int?>(nil)
  private let ready: AsyncStream<Void>
  private let sink: AsyncStream<Void>.Continuation

  init() { (ready, sink) = AsyncStream.makeStream(of: Void.self) }

  var number: Int? { port.withLock { $0 } }

  func set(_ number: Int) {
    port.withLock { $0 = number }
    sink.finish()
  }

  func wait() async throws {
    for await _ in ready {}
    try Task.checkCancellation()
  }
}
