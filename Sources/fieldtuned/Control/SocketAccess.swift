import Foundation

/// Who may use the daemon's socket: the daemon's own user, root, and the members of the group that owns it.
///
/// The socket's mode, 0660, says the same; this holds even where somebody changed the mode or handed a
/// connection on.
package struct SocketAccess: Hashable, Sendable {
  package let userID: UInt32
  package let groupID: UInt32

  package init(userID: UInt32, groupID: UInt32) {
    self.userID = userID
    self.groupID = groupID
  }

  /// Of the socket at `path`; `nil` when it cannot be examined.
  init?(socket path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(userID: geteuid(), groupID: status.st_gid)
  }

  /// The sentence for a peer that is refused, or `nil` for one that is let in.
  package func refusal(of peer: PeerCredentials?) -> String? {
    guard let peer else { return "daemon: the kernel does not tell who you are, expected a member of \(group)" }
    if peer.userID == 0 || peer.userID == userID || peer.groupIDs.contains(groupID) { return nil }
    return "daemon: found user \(Self.name(ofUser: peer.userID)) (process \(peer.processID)), expected a member of "
      + "\(group): 'sudo usermod -aG \(Self.name(ofGroup: groupID)) \(Self.name(ofUser: peer.userID))', then log in again"
  }

  private var group: String { "the group \(Self.name(ofGroup: groupID))" }

  private static func name(ofUser id: UInt32) -> String {
    getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
  }

  private static func name(ofGroup id: UInt32) -> String {
    getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? "\(id)"
  }
}
