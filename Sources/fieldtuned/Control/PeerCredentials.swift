import Foundation

/// Who is at the other end of a Unix socket, as the kernel noted it when they connected (unix(7)).
package struct PeerCredentials: Hashable, Sendable {
  package let processID: Int32
  package let userID: UInt32
  /// The primary group first, then the others of the process.
  package let groupIDs: [UInt32]

  package init(processID: Int32, userID: UInt32, groupIDs: [UInt32]) {
    self.processID = processID
    self.userID = userID
    self.groupIDs = groupIDs
  }

  /// - Parameter descriptor: a connected Unix socket.
  /// - Returns: `nil` when the kernel does not tell.
  init?(of descriptor: CInt) {
    // struct ucred: process, user and group, 32 bits each.
    var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
    var length = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
    guard let others = Self.supplementaryGroups(of: descriptor) else { return nil }
    self.init(processID: credentials.0, userID: credentials.1, groupIDs: [credentials.2] + others)
  }

  private static func supplementaryGroups(of descriptor: CInt) -> [UInt32]? {
    // Linux allows 65,536 groups; more than the first guess is told by ERANGE with the length needed.
    var groups = [UInt32](repeating: 0, count: 64)
    while true {
      var length = socklen_t(groups.count * MemoryLayout<UInt32>.stride)
      if getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, &groups, &length) == 0 {
        return Array(groups.prefix(Int(length) / MemoryLayout<UInt32>.stride))
      }
      guard errno == ERANGE, Int(length) > groups.count * MemoryLayout<UInt32>.stride else { return nil }
      groups = [UInt32](repeating: 0, count: Int(length) / MemoryLayout<UInt32>.stride)
    }
  }
}
