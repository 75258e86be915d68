/// Who answers on the socket.
package struct DaemonInfo: Hashable, Sendable, Codable {
  /// Version of the requests and replies; raised when old clients would misread them.
  package static let protocolVersion = 1

  package var version: String
  package var protocolVersion: Int
  package var processID: Int32
  /// The link to its page, with the token that lets a browser in; `nil` while HTTP is off.
  package var page: String?
  /// Where it keeps its runs.
  package var stateDirectory: String?

  package init(version: String, processID: Int32, page: String?, stateDirectory: String? = nil) {
    self.version = version
    protocolVersion = Self.protocolVersion
    self.processID = processID
    self.page = page
    self.stateDirectory = stateDirectory
  }
}
