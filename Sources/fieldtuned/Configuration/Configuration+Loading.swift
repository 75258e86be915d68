import Foundation

extension Configuration {
  private static let systemFolder = "/etc/fieldtune"
  private static let fileName = "fieldtuned.toml"

  /// The defaults, and over them `file` alone; or the system's file, its `conf.d` in order of their names,
  /// and the user's file, as far as they are there.
  static func load(
    file: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) -> Configuration {
    var configuration = Configuration(environment: environment)
    if let file {
      try configuration.apply(ConfigurationFile(path: file))
      return configuration
    }
    for path in try defaultFiles(environment: environment)
    where FileManager.default.fileExists(atPath: path) {
      try configuration.apply(ConfigurationFile(path: path))
    }
    return configuration
  }

  private static func defaultFiles(
    environment: [String: String]
  ) throws(ConfigurationError) -> [String] {
    let folder = systemFolder + "/conf.d"
    var parts: [String] = []
    if FileManager.default.fileExists(atPath: folder) {
      do {
        parts = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".toml") }
      } catch {
        throw ConfigurationError("\(folder): cannot be read: \((error as NSError).localizedDescription)")
      }
    }
    return ["\(systemFolder)/\(fileName)"] + parts.sorted().map { "\(folder)/\($0)" }
      + (userFile(environment: environment).map { [$0] } ?? [])
  }

  private static func userFile(environment: [String: String]) -> String? {
    if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return "\(base)/fieldtune/\(fileName)" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.config/fieldtune/\(fileName)"
  }

  private mutating func apply(_ file: ConfigurationFile) throws(ConfigurationError) {
    for entry in file.entries {
      guard let setting = Setting.all.first(where: { $0.key == entry.key }) else {
        throw ConfigurationError("\(file.place(of: entry.key)): \(Setting.unknown(entry.key))")
      }
      guard setting.apply(&self, entry.value) else {
        throw ConfigurationError(
          "\(file.place(of: entry.key)): \(entry.key): found \(entry.value.text), expected \(setting.expectation)")
      }
    }
  }
}
