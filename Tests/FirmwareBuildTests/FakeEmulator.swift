import Foundation

/// A `fieldtune-emulator` that writes its arguments down and becomes the host build: what is tried is how it is started.
struct FakeEmulator {
  private let record: URL

  init(in folder: URL, host: String) throws {
    record = folder.appendingPathComponent("arguments")
    let script = """
      #!/bin/sh
      printf '%s\\n' "$@" > '\(record.path)'
      for argument; do
        case "$argument" in unix:*) socket="${argument#unix:}" ;; esac
        [ "$previous" = --device ] && device="$argument"
        previous="$argument"
      done
      exec '\(host)' --socket "$socket" --device "$device"
      """
    let program = folder.appendingPathComponent("fieldtune-emulator")
    try script.write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
  }

  func arguments() throws -> [String] {
    try String(contentsOf: record, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
