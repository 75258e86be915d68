/// Which device a run is to use, as the daemon can reach it.
package enum DeviceReference: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The device in Swift, inside the daemon.
  case loopback
  /// A socket on which a device of the client's listens: QEMU or the host build. The daemon must be
  /// allowed to open it.
  case socket(path: String)
  /// A port: its id as `fieldtune devices` lists it, a board's serial number, or a path under `/dev`.
  case port(name: String)

  package var description: String {
    switch self {
    case .loopback: "loopback"
    case .socket(let path): "unix:\(path)"
    case .port(let name): name
    }
  }
}
