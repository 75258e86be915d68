import ArtifactManifest
import DeviceLink
import Foundation
import WireProtocol

/// One step with a known result, asked of every device before a run.
package struct SelfTest: Sendable {
  package struct Report: Hashable, Sendable, Codable {
    package var device: String
    package var board: String
    package var firmware: String
    package var digest: String
    package var loss: Double
    package var unit: String
    package var forward: Int
    package var backward: Int
    package var update: Int
    package var stackHighWaterBytes: Int
  }

  let device: String
  let manifest: ArtifactManifest

  package init(device: String, manifest: ArtifactManifest) {
    self.device = device
    self.manifest = manifest
  }

  /// Verifies the device's hashes, resets its training state and lets it do the golden step.
  ///
  /// - Throws: `CoordinatorError` when the device is another one or computes something else;
  ///   `DeviceFailure` when it vanishes.
  package func run(on connection: any DeviceConnection) async throws -> Report {
    let info = connection.info
    try DeviceCheck.verify(info, against: manifest, device: device)
    let number = RunNumber.random()
    _ = try await connection.beginRun(
      Wire.RunBegin(run: number, seed: 1, firstIndex: 0, flags: Wire.RunBegin.resetsState))
    try await connection.send(sample())
    let step = try await connection.nextAnswer()
    let report = try await connection.endRun()
    guard report.digest == manifest.golden.digest.value, step.lossQ16 == manifest.golden.lossQ16 else {
      throw CoordinatorError.selfTestFailed(
        device: device, found: HexDigest(report.digest).text, expected: manifest.golden.digest.text)
    }
    return Report(
      device: device, board: info.board, firmware: info.firmware, digest: HexDigest(report.digest).text,
      loss: Double(step.lossQ16) / 65536, unit: info.counterUnit.name, forward: info.units(step.forwardTicks),
      backward: info.units(step.backwardTicks), update: info.units(step.updateTicks),
      stackHighWaterBytes: Int(step.stackHighWaterBytes))
  }

  private func sample() throws(CoordinatorError) -> DeviceSample {
    guard let input = Data(base64Encoded: manifest.golden.input), input.count == manifest.input.bytes else {
      throw .unusableData(reason: "manifest: golden input: not \(manifest.input.bytes) bytes of base64: compile again")
    }
    guard let target = Data(base64Encoded: manifest.golden.target), target.count == manifest.loss.targetBytes else {
      throw .unusableData(
        reason: "manifest: golden target: not \(manifest.loss.targetBytes) bytes of base64: compile again")
    }
    return DeviceSample(
      index: 0, mode: .train, label: manifest.golden.label, rateMantissa: manifest.golden.rateMantissa,
      rateShift: UInt8(truncatingIfNeeded: manifest.golden.rateShift), input: input.map(Int8.init(bitPattern:)),
      target: TargetValues.values(ofBytes: [UInt8](target)))
  }
}

/// The numbers runs go by on the wire: never 0, and positive as an SQLite integer.
package enum RunNumber {
  package static func random() -> UInt64 { UInt64.random(in: 1...UInt64(Int64.max)) }
}

extension Wire.RunBegin {
  /// `flags`, bit 0: put the initial weights back.
  static let resetsState: UInt8 = 1
}

extension Wire.DeviceInfo {
  /// Ticks of the device's counter as multiples of its unit. Under QEMU (`-icount shift=0`) an instruction takes
  /// a nanosecond, so a tick of a slow counter stands for many of them.
  func units(_ ticks: UInt32) -> Int {
    guard counterUnit == .instructions, counterHertz > 0 else { return Int(ticks) }
    return Int(UInt64(ticks) * 1_000_000_000 / UInt64(counterHertz))
  }
}

extension Wire.CounterUnit {
  /// As in results: `instructions`, `cycles` or `nanoseconds`.
  package var name: String { "\(self)" }
}
