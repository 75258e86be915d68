import WireProtocol

/// Who the device is, and where it stood when the connection began.
package struct DeviceDescription: Equatable, Sendable {
  package let info: Wire.DeviceInfo

  package init(_ info: Wire.DeviceInfo) { self.info = info }

  /// The board's folder, as `mps2-an500`.
  package var board: String { info.board }

  /// The microcontroller's unique number, 24 hexadecimal digits.
  package var identifier: String { info.uid.map(hexadecimal).joined() }

  /// What no device of ours says of itself; nil for none. What is written to memory here is bounded by it.
  var fault: String? {
    let stateBytes = info.segments.reduce(0) { $0 + Int($1.byteCount) }
    if stateBytes > Self.mostStateBytes {
      return "DEVICE_INFO: found a training state of \(stateBytes) bytes, expected at most \(Self.mostStateBytes)"
    }
    if Set(info.segments.map(\.kind)).count != info.segments.count {
      return "DEVICE_INFO: found a segment twice, expected each once"
    }
    if info.recordSlots == 0 { return "DEVICE_INFO: found no slot for records, expected one at least" }
    return nil
  }

  /// More than any board has SRAM.
  private static let mostStateBytes = 16 * 1024 * 1024

  /// `mps2-an500 (0123456789abcdef01234567)`.
  package var title: String { "\(board) (\(identifier))" }

  /// True when the device answered from another boot than `other`: its training state is new.
  package func isReboot(of other: DeviceDescription) -> Bool {
    info.bootID != other.info.bootID || info.uid != other.info.uid
  }
}

/// The artifact a device is expected to run.
package struct ExpectedHashes: Hashable, Sendable, Codable {
  package var model: UInt64
  package var plan: UInt64
  package var semantics: UInt64

  package init(model: UInt64, plan: UInt64, semantics: UInt64) {
    self.model = model
    self.plan = plan
    self.semantics = semantics
  }

  /// - Throws: `DeviceLinkError.otherArtifact`, naming the first hash that differs.
  func check(_ device: DeviceDescription, name: String) throws(DeviceLinkError) {
    let rows = [
      ("model", device.info.modelHash, model),
      ("update plan", device.info.planHash, plan),
      ("semantics", device.info.semanticsHash, semantics),
    ]
    for (what, found, expected) in rows where found != expected {
      throw .otherArtifact(name: name, what: what, found: found, expected: expected)
    }
  }
}

func hexadecimal(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
  let digits = String(value, radix: 16)
  let width = type(of: value).bitWidth / 4
  return String(repeating: "0", count: width - digits.count) + digits
}
