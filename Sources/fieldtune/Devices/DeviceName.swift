import ArgumentParser

/// What `--device` names.
enum DeviceName: ExpressibleByArgument, Hashable, CustomStringConvertible {
  /// The device in Swift, in this process.
  case loopback
  /// The firmware as a process of this machine.
  case host
  /// The firmware in QEMU, on the machine that fits the board: the artifact's when `nil`.
  case qemu(board: String?)
  /// The firmware of a real board in the emulator: the artifact's board when `nil`.
  case emulator(board: String?)
  /// A serial port by its path.
  case port(path: String)
  /// A Unix socket that carries a serial line.
  case socket(path: String)
  /// A USB device by its serial number or stable id, wherever it is plugged in.
  case usb(id: String)

  init?(argument: String) {
    switch argument {
    case "": return nil
    case "loopback": self = .loopback
    case "host": self = .host
    case "qemu": self = .qemu(board: nil)
    case let text where text.hasPrefix("qemu:"): self = .qemu(board: String(text.dropFirst(5)))
    case "emulator": self = .emulator(board: nil)
    case let text where text.hasPrefix("emulator:"): self = .emulator(board: String(text.dropFirst(9)))
    case let text where text.hasPrefix("unix:"): self = .socket(path: String(text.dropFirst(5)))
    case let text where text.contains("/"): self = .port(path: text)
    case let text: self = .usb(id: text)
    }
  }

  var isEmulator: Bool {
    if case .emulator = self { true } else { false }
  }

  /// Whether its time passes as ours does: QEMU and the emulator compute theirs.
  var isRealTime: Bool {
    switch self {
    case .qemu, .emulator: false
    case .loopback, .host, .port, .socket, .usb: true
    }
  }

  var description: String {
    switch self {
    case .loopback: "loopback"
    case .host: "host"
    case .qemu(nil): "qemu"
    case .qemu(let board?): "qemu:\(board)"
    case .emulator(nil): "emulator"
    case .emulator(let board?): "emulator:\(board)"
    case .port(let path): path
    case .socket(let path): "unix:\(path)"
    case .usb(let id): id
    }
  }
}

/// What `--device` names: one device, or several that share a run.
struct DeviceNames: ExpressibleByArgument, Hashable {
  let names: [DeviceName]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    names = parts.compactMap(DeviceName.init(argument:))
    if names.count != parts.count { return nil }
  }
}
