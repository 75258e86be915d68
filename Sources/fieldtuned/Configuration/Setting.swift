import Coordinator
import Logging
import Transport

/// A key of the configuration: what it takes and what it sets.
struct Setting: Sendable {
  let key: String
  /// Completes "expected …".
  let expectation: String
  /// False when the value is not as expected; nothing is set then.
  let apply: @Sendable (inout Configuration, ConfigurationFile.Value) -> Bool

  static let all = [
    Setting(key: "socket", expectation: "an absolute path of at most 107 bytes") { configuration, value in
      guard case .string(let path) = value, path.hasPrefix("/"), path.utf8.count <= 107 else { return false }
      configuration.socketPath = path
      return true
    },
    Setting(key: "state-directory", expectation: "an absolute path") { configuration, value in
      guard case .string(let path) = value, path.hasPrefix("/") else { return false }
      configuration.stateDirectory = path
      return true
    },
    Setting(
      key: "log-level", expectation: "one of " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
    ) { configuration, value in
      guard case .string(let name) = value, let level = Logger.Level(rawValue: name) else { return false }
      configuration.logLevel = level
      return true
    },
    Setting(key: "http.address", expectation: "\"127.0.0.1\" or \"::1\": the page is for this machine alone") {
      configuration, value in
      guard case .string(let address) = value, ["127.0.0.1", "::1"].contains(address) else { return false }
      configuration.httpAddress = address
      return true
    },
    Setting(key: "http.port", expectation: "an integer from 0 (any free port) to 65535") { configuration, value in
      guard case .integer(let port) = value, (0...65535).contains(port) else { return false }
      configuration.httpPort = port
      return true
    },
    Setting(
      key: "ports.listed",
      expectation: "a list of strings such as \"0403:6001\", \"0403:6001:SERIAL\" or \"/dev/ttyUSB0\""
    ) { configuration, value in
      guard case .strings(let names) = value else { return false }
      let listings = names.compactMap(AdoptionPolicy.Listing.init)
      guard listings.count == names.count else { return false }
      configuration.listedPorts = listings
      configuration.listedPortNames = names
      return true
    },
    Setting(key: "ports.baud", expectation: "\"auto\" or an integer from 1200 to 12000000") { configuration, value in
      let text: String
      switch value {
      case .integer(let baud): text = "\(baud)"
      case .string(let name): text = name
      case .strings, .other: return false
      }
      guard let baud = LineRate(text) else { return false }
      configuration.baud = baud
      return true
    },
  ]

  /// The sentence for a key that is none.
  static func unknown(_ key: String) -> String {
    let keys = all.map(\.key)
    let nearest = keys.min { distance(from: key, to: $0) < distance(from: key, to: $1) }
    guard let nearest, distance(from: key, to: nearest) <= max(2, nearest.count / 3) else {
      return "found key '\(key)', expected one of \(keys.joined(separator: ", "))"
    }
    return "found key '\(key)', expected '\(nearest)': correct the key"
  }

  /// A key that was written outside of its table is near, too.
  private static func distance(from found: String, to key: String) -> Int {
    let name = key.split(separator: ".").last.map(String.init) ?? key
    return min(editDistance(found, key), editDistance(found, name))
  }
}

/// Letters to insert, drop or replace, that lead from one word to the other (Levenshtein 1966).
func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (index, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let replaced = diagonal + (letter == second[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
    }
  }
  return row[second.count]
}
