import Testing
import Transport

/// What udev 252 reports for a Nucleo-F746ZG, shortened to the properties that are read.
private func nucleo(_ devicePath: String = "/dev/ttyACM0", action: UdevRecord.Action = .present)
  -> UdevRecord
{
  UdevRecord(
    action: action,
    properties: [
      "DEVPATH": "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.2/tty/"
        + (devicePath.split(separator: "/").last ?? ""),
      "SUBSYSTEM": "tty", "DEVNAME": devicePath, "ID_BUS": "usb",
      "ID_VENDOR_ID": "0483", "ID_MODEL_ID": "374b", "ID_SERIAL_SHORT": "066BFF555185754867154128",
      "ID_MODEL": "STM32_STLink", "ID_USB_INTERFACE_NUM": "02",
      "DEVLINKS": "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.2 "
        + "/dev/serial/by-id/usb-STM_STM32_STLink_066BFF555185754867154128-if02",
    ])
}

private let oldDiscovery = UdevRecord(
  action: .present,
  properties: [
    "DEVPATH": "/devices/pci0000:00/0000:00:14.0/usb1/1-3", "SUBSYSTEM": "usb",
    "DEVTYPE": "usb_device", "DEVNAME": "/dev/bus/usb/001/007", "ID_BUS": "usb",
    "ID_VENDOR_ID": "0483", "ID_MODEL_ID": "3748", "ID_SERIAL_SHORT": "53FF6C06",
  ])

private func port(_ devicePath: String) -> Port {
  Port(
    devicePath: devicePath,
    stablePath: "/dev/serial/by-id/usb-STM_STM32_STLink_066BFF555185754867154128-if02",
    usb: USBIdentity(vendor: 0x0483, product: 0x374b), serialNumber: "066BFF555185754867154128",
    product: "STM32_STLink", interface: "02")
}

@Suite(.timeLimit(.minutes(1))) struct PortEventTests {
  @Test func source_tellsWhatIsThereAndThenWhatHappens() async {
    let source = RecordedPortEventSource()
    source.feed(nucleo())
    #expect(source.present() == [.added(port("/dev/ttyACM0"))])
    var events = source.events().makeAsyncIterator()
    #expect(await events.next() == .added(port("/dev/ttyACM0")))
    source.feed(nucleo(action: .removed))
    #expect(await events.next() == .removed(port("/dev/ttyACM0")))
    source.feed(nucleo("/dev/ttyACM1"))
    #expect(await events.next() == .added(port("/dev/ttyACM1")))
    #expect(port("/dev/ttyACM0").stableID == port("/dev/ttyACM1").stableID)
    #expect(source.present() == [.added(port("/dev/ttyACM1"))])
  }

  @Test func source_dropsRepetitionsAndDevicesOfNoInterest() async {
    let source = RecordedPortEventSource()
    var events = source.events().makeAsyncIterator()
    source.feed(nucleo(action: .removed))
    source.feed(
      UdevRecord(
        action: .present,
        properties: [
          "DEVPATH": "/devices/virtual/tty/tty1", "SUBSYSTEM": "tty", "DEVNAME": "/dev/tty1",
        ]))
    source.feed(UdevRecord(action: .present, properties: [:]))
    source.feed(nucleo())
    source.feed(nucleo())
    source.feed(oldDiscovery)
    #expect(await events.next() == .added(port("/dev/ttyACM0")))
    let probe = PortlessProbe(
      usb: USBIdentity(vendor: 0x0483, product: 0x3748), serialNumber: "53FF6C06")
    #expect(await events.next() == .portlessProbeAdded(probe))
    #expect(
      probe.description == "ST-Link 0483:3748 (serial 53FF6C06): this probe has no serial port: "
        + "connect a USB serial adapter to the board's USART and list it in the configuration")
  }

  @Test func udev_startsListsAndStops() async throws {
    let source = UdevPortEventSource()
    _ = try source.present()
    for _ in 0..<20 {
      let reader = Task { for await _ in try source.events() {} }
      reader.cancel()
      try await reader.value
    }
  }

  static let ids: [(id: String, isAdopted: Bool)] = [
    ("0483:374a", true), ("0483:374b", true), ("0483:3752", true), ("0483:374e", true),
    ("0483:374f", true), ("0483:3748", false), ("0483:5740", false), ("0403:6001", false),
    ("10c4:ea60", true), ("1a86:7523", false), ("2341:0043", true),
  ]

  @Test(arguments: ids)
  func policy_adoptsProbesAndWhatIsListed(id: String, isAdopted: Bool) throws {
    let listings = ["10c4:ea60", "1a86:7523:A1", "/dev/serial/by-id/x"]
      .compactMap(AdoptionPolicy.Listing.init)
    let numbers = id.split(separator: ":")
    let usb = try #require(USBIdentity(vendor: numbers[0], product: numbers[1]))
    let port = Port(
      devicePath: "/dev/ttyACM3",
      stablePath: id == "2341:0043" ? "/dev/serial/by-id/x" : "/dev/serial/by-id/y", usb: usb,
      serialNumber: "B2")
    switch AdoptionPolicy(listings: Set(listings)).decision(on: port) {
    case .adopt: #expect(isAdopted)
    case .leave(let reason):
      #expect(!isAdopted)
      #expect(
        reason == "/dev/ttyACM3: \(id) is no ST-Link: list \(id) or the path in the configuration "
          + "if a board is behind it")
    }
  }

  @Test(arguments: ["", "0483", "0483:", "483:374b", "0483:37zz", "ttyACM0", "+483:374b"])
  func listing_refusesWhatIsNoName(_ text: String) {
    #expect(AdoptionPolicy.Listing(text) == nil)
  }
}
