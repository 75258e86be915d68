import Transport

/// The machine, as far as the doctor looks at it. Tests replay recorded ones.
package protocol Machine: Sendable {
  /// The whole text of a file; `nil` when it cannot be read.
  func text(of path: String) -> String?
  /// Names in a folder; none when it cannot be read.
  func names(in folder: String) -> [String]
  /// Where a symbolic link leads; `nil` when it cannot be read.
  func target(of link: String) -> String?
  /// `nil` when there is nothing, or it cannot be examined.
  func status(of path: String) -> FileStatus?
  /// Of the file system that holds the path; `nil` when it cannot be asked.
  func fileSystem(of path: String) -> FileSystem?
  /// Where a program is on the search path.
  func program(_ name: String) -> String?
  /// Status and output of a program that is on the search path; `nil` when it is not.
  func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)?
  /// All devices of udev's subsystems `tty` and `usb`.
  func udevRecords() throws -> [UdevRecord]
  var user: MachineUser { get }
}

package struct FileStatus: Hashable, Sendable {
  /// Permission bits.
  package let mode: UInt32
  package let userID: UInt32
  package let groupID: UInt32

  package init(mode: UInt32, userID: UInt32, groupID: UInt32) {
    self.mode = mode
    self.userID = userID
    self.groupID = groupID
  }
}

package struct FileSystem: Hashable, Sendable {
  /// What is left for programs that are not root's.
  package let freeBytes: Int
  package let isReadOnly: Bool

  package init(freeBytes: Int, isReadOnly: Bool) {
    self.freeBytes = freeBytes
    self.isReadOnly = isReadOnly
  }
}

/// Whoever runs the doctor.
package struct MachineUser: Hashable, Sendable {
  package let name: String
  package let id: UInt32
  /// Groups of this process, the primary one included: those of the login.
  package let groupIDs: Set<UInt32>

  package init(name: String, id: UInt32, groupIDs: Set<UInt32>) {
    self.name = name
    self.id = id
    self.groupIDs = groupIDs
  }
}

extension Machine {
  /// What a small file of /sys or /proc says, without the end of its line.
  func line(of path: String) -> String? {
    text(of: path).map { text in String(text.prefix { $0 != "\n" }) }
  }

  /// Processes that run, by number, and their names of at most 15 letters.
  var processes: [(id: Int, name: String)] {
    names(in: "/proc").compactMap(Int.init).sorted().compactMap { id in
      line(of: "/proc/\(id)/comm").map { (id, $0) }
    }
  }

  /// Processes that hold something open under this name, as far as the user may see.
  func holders(of target: String) -> [(id: Int, name: String)] {
    processes.filter { process in
      names(in: "/proc/\(process.id)/fd").contains { self.target(of: "/proc/\(process.id)/fd/\($0)") == target }
    }
  }

  /// Who listens on a TCP port of this machine, as far as the user may see.
  package func listener(onPort port: Int) -> (id: Int, name: String)? {
    listeningSocket(onPort: port).flatMap { holders(of: $0).first }
  }

  /// The socket as its descriptors name it: `socket:[66021]`.
  func listeningSocket(onPort port: Int) -> String? {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      for row in (text(of: table) ?? "").split(separator: "\n").dropFirst() {
        // sl, local address:port, remote address, state (0A: listening), …, the tenth is the inode (proc(5)).
        let fields = row.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":") else { continue }
        if Int(fields[1][fields[1].index(after: colon)...], radix: 16) == port { return "socket:[\(fields[9])]" }
      }
    }
    return nil
  }

  /// The group's name, and its members beside those who have it as their primary group.
  func group(_ id: UInt32) -> (name: String, members: [String])? {
    for entry in (text(of: "/etc/group") ?? "").split(separator: "\n") {
      let fields = entry.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 4, UInt32(fields[2]) == id else { continue }
      return (String(fields[0]), fields[3].split(separator: ",").map(String.init))
    }
    return nil
  }

  /// Whether the user may read and write a file of that status.
  func mayUse(_ status: FileStatus) -> Bool {
    if user.id == 0 { return true }
    if user.id == status.userID { return status.mode & 0o600 == 0o600 }
    if user.groupIDs.contains(status.groupID) { return status.mode & 0o060 == 0o060 }
    return status.mode & 0o006 == 0o006
  }
}
