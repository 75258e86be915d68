import Doctor
import Foundation
import Transport

/// A machine in a file of `Fixtures/machines`, one fact a line:
///
///     user NAME ID GROUP,GROUP          who runs the doctor
///     daemon PROCESS DIRECTORY          one that answers; `daemon refuses SENTENCE`
///     file PATH MODE USER GROUP TEXT    `\n` ends a line of the text; a mode of 0 cannot be read
///     link PATH TARGET
///     disk PATH FREE-MIB [read-only]
///     program NAME
///     run PROGRAM STATUS OUTPUT
///     udev KEY=VALUE KEY=VALUE          a device; values hold no spaces
///     expect LEVEL TRAP SUBJECT         a finding, in order; all that are wrong or notes
///     fix COMMAND                       of the finding above
struct RecordedMachine: Machine {
  struct Expectation: Equatable, CustomStringConvertible {
    let line: String
    var fix: String?

    var description: String { line + (fix.map { "\n  fix \($0)" } ?? "") }
  }

  private struct Entry {
    let status: FileStatus
    let text: String
  }

  private(set) var user = MachineUser(name: "ada", id: 1000, groupIDs: [1000])
  private(set) var daemon = Doctor.Daemon.absent
  private(set) var expectations: [Expectation] = []
  private var files: [String: Entry] = [:]
  private var links: [String: String] = [:]
  private var disks: [String: FileSystem] = [:]
  private var programs: Set<String> = []
  private var runs: [String: (Int32, String)] = [:]
  private var records: [UdevRecord] = []

  struct Damaged: Error { let line: String }

  init(_ recording: String) throws {
    for line in recording.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { throw Damaged(line: String(line)) }
      try add(words[0], words[1])
    }
  }

  private mutating func add(_ kind: String, _ rest: String) throws {
    func fields(_ count: Int) throws -> [String] {
      let fields = rest.split(separator: " ", maxSplits: count - 1).map(String.init)
      guard fields.count == count else { throw Damaged(line: "\(kind) \(rest)") }
      return fields
    }
    func number<Number: FixedWidthInteger>(_ text: String, radix: Int = 10) throws -> Number {
      guard let number = Number(text, radix: radix) else { throw Damaged(line: "\(kind) \(rest)") }
      return number
    }
    switch kind {
    case "user":
      let parts = try fields(3)
      user = MachineUser(
        name: parts[0], id: try number(parts[1]), groupIDs: Set(try parts[2].split(separator: ",").map { try number(String($0)) }))
    case "daemon":
      let parts = try fields(2)
      daemon =
        parts[0] == "refuses" ? .refuses(parts[1]) : .answers(processID: try number(parts[0]), stateDirectory: parts[1])
    case "file":
      let parts = try rest.hasSuffix(" ") || rest.split(separator: " ").count == 4 ? fields(4) + [""] : fields(5)
      files[parts[0]] = Entry(
        status: FileStatus(mode: try number(parts[1], radix: 8), userID: try number(parts[2]), groupID: try number(parts[3])),
        text: parts[4].replacing("\\n", with: "\n"))
    case "link":
      let parts = try fields(2)
      links[parts[0]] = parts[1]
    case "disk":
      let parts = rest.split(separator: " ").map(String.init)
      disks[parts[0]] = FileSystem(freeBytes: try number(parts[1]) << 20, isReadOnly: parts.count > 2)
    case "program": programs.insert(rest)
    case "run":
      let parts = try fields(3)
      runs[parts[0]] = (try number(parts[1]), parts[2].replacing("\\n", with: "\n"))
    case "udev":
      let pairs = rest.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
      records.append(
        UdevRecord(action: .present, properties: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") })))
    case "expect": expectations.append(Expectation(line: rest))
    case "fix":
      guard let last = expectations.indices.last else { throw Damaged(line: rest) }
      expectations[last].fix = rest
    default: throw Damaged(line: "\(kind) \(rest)")
    }
  }

  func text(of path: String) -> String? { files[path].flatMap { $0.status.mode == 0 ? nil : $0.text } }

  func names(in folder: String) -> [String] {
    let prefix = folder + "/"
    let below = (Array(files.keys) + Array(links.keys)).filter { $0.hasPrefix(prefix) }
    return Set(below.compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }).sorted()
  }

  func target(of link: String) -> String? { links[link] }
  func status(of path: String) -> FileStatus? { files[path]?.status }
  func program(_ name: String) -> String? { programs.contains(name) ? "/usr/bin/\(name)" : nil }
  func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? { runs[program] }
  func udevRecords() -> [UdevRecord] { records }

  func fileSystem(of path: String) -> FileSystem? {
    disks.filter { path.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
  }
}
