import Foundation
import Transport

/// This computer.
package struct LiveMachine: Machine {
  package let user: MachineUser
  private let searchPath: [String]

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
    var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    user = MachineUser(name: name, id: geteuid(), groupIDs: Set(groups.prefix(max(0, Int(count))) + [getegid()]))
    // Programs installed beside this one are found even when the folder is not on the path.
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    searchPath = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init) + [own]
  }

  package func text(of path: String) -> String? {
    guard let descriptor = FileHandle(forReadingAtPath: path) else { return nil }
    do {
      return String(decoding: try descriptor.readToEnd() ?? Data(), as: UTF8.self)
    } catch {
      // A process or device that went away, or a file of another user.
      return nil
    }
  }

  package func names(in folder: String) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch { return [] }
  }

  package func target(of link: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }

  package func status(of path: String) -> FileStatus? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return FileStatus(mode: status.st_mode & 0o7777, userID: status.st_uid, groupID: status.st_gid)
  }

  package func fileSystem(of path: String) -> FileSystem? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return FileSystem(
      freeBytes: Int(status.f_bavail) * Int(status.f_frsize), isReadOnly: status.f_flag & UInt(ST_RDONLY) != 0)
  }

  package func program(_ name: String) -> String? {
    searchPath.lazy.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  package func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? {
    guard let path = self.program(program) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    } catch {
      return nil
    }
  }

  package func udevRecords() throws -> [UdevRecord] { try UdevPortEventSource().records() }
}
