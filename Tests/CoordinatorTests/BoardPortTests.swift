import Coordinator
import Testing
import Transport

/// Which probe is told to program, and which port is listened to afterwards.
@Suite struct BoardPortTests {
  private static let onBoard = USBIdentity(vendor: 0x0483, product: 0x374b)
  private static let disco = Port(devicePath: "/dev/ttyACM0", stablePath: "/dev/serial/by-id/a", usb: onBoard, serialNumber: "066A")
  private static let nucleo = Port(devicePath: "/dev/ttyACM1", usb: onBoard, serialNumber: "066B")
  private static let adapter = Port(
    devicePath: "/dev/ttyUSB0", usb: USBIdentity(vendor: 0x0403, product: 0x6001), serialNumber: "FT1")

  private func find(_ ports: [Port], probe: String? = nil, path: String? = nil) -> BoardPort.Search {
    BoardPort.find(in: ports.map(PortEvent.added), usb: [Self.onBoard], probe: probe, path: path)
  }

  private func summary(_ search: BoardPort.Search) -> String {
    switch search {
    case .found(let port): "\(port.serialNumber ?? "-") \(port.path ?? "-")"
    case .nothing: "nothing"
    case .several(let names): "several \(names)"
    }
  }

  @Test func port_isFoundByProbeByPathOrAlone() {
    let all = [Self.disco, Self.nucleo, Self.adapter]
    let rows: [([Port], String?, String?, String)] = [
      ([], nil, nil, "nothing"),
      ([Self.adapter], nil, nil, "nothing"),
      ([Self.disco, Self.adapter], nil, nil, "066A /dev/ttyACM0"),
      (all, nil, nil, #"several ["066A", "066B"]"#),
      (all, "066B", nil, "066B /dev/ttyACM1"),
      (all, "066C", nil, "066C -"),
      (all, nil, "/dev/ttyACM1", "066B /dev/ttyACM1"),
      (all, nil, "/dev/serial/by-id/a", "066A /dev/serial/by-id/a"),
      // A serial adapter is no probe: nothing is known of that.
      (all, nil, "/dev/ttyUSB0", "- /dev/ttyUSB0"),
      (all, "066A", "/dev/ttyUSB0", "066A /dev/ttyUSB0"),
      ([], nil, "/dev/pts/3", "- /dev/pts/3"),
    ]
    for (ports, probe, path, expected) in rows {
      #expect(summary(find(ports, probe: probe, path: path)) == expected)
    }
  }

  @Test func serialNumber_thatIsNoText_isNotPassedOn() {
    let old = Port(devicePath: "/dev/ttyACM0", usb: Self.onBoard, serialNumber: "Q\u{FF}k\u{6}")
    #expect(summary(find([old])) == "- /dev/ttyACM0")
  }
}
