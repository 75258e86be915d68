/// Orders from outside while a machine runs: one line in, one line out.
package final class ControlSocket {
  private let socket: UnixSocketListener
  private var pending: [UInt8] = []
  private static let lineLimit = 1024

  package init(path: String) throws(Finding) { socket = try UnixSocketListener(path: path) }

  var descriptor: CInt { socket.descriptor }

  func serve(_ answer: (String) -> String) {
    pending += socket.read()
    while let end = pending.firstIndex(of: 10) {
      let line = String(decoding: pending[..<end], as: UTF8.self)
      pending.removeSubrange(...end)
      let reply = Array((answer(line) + "\n").utf8)
      if socket.write(reply[...]) < reply.count { socket.drop() }
    }
    if pending.count > Self.lineLimit { socket.drop() }
    if socket.connection < 0 { pending = [] }
  }
}
