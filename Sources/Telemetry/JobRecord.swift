/// What a daemon needs to take up a run of its own: rows of `jobs` and `jobFiles`.
package struct JobRecord: Hashable, Sendable {
  /// The client's request: JSON of the coordinator's own type.
  package var request: String
  /// Tells the device from others, wherever it is plugged in.
  package var deviceKey: String
  /// Names of the uploaded files by their part.
  package var files: [String: String]

  package init(request: String, deviceKey: String, files: [String: String]) {
    self.request = request
    self.deviceKey = deviceKey
    self.files = files
  }
}
