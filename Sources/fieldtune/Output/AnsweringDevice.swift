import DeviceLink
import WireProtocol

/// Who answered at a port, as it said itself.
struct AnsweringDevice: Encodable {
  struct Region: Encodable {
    let name: String
    let bytes: Int
    let plannedBytes: Int
  }

  let path: String
  let board: String
  let firmware: String
  let uid: String
  let memory: [Region]

  init(_ info: Wire.DeviceInfo, path: String) {
    self.path = path
    board = info.board
    firmware = info.firmware
    uid = DeviceDescription(info).identifier
    memory = info.memory.map {
      Region(name: $0.name, bytes: Int($0.byteCount), plannedBytes: Int($0.plannedBytes))
    }
  }

  var text: String {
    var table = TextTable([path, ""])
    table.add(["board", board])
    table.add(["firmware", firmware])
    table.add(["unique id", uid])
    for region in memory {
      table.add([
        "memory \(region.name)", "\(Number.grouped(region.plannedBytes)) of \(Number.grouped(region.bytes)) B",
      ])
    }
    return table.text
  }
}
