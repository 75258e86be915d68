import ArtifactManifest
import DeviceModel
import FirmwareBuild
import Foundation
import Testing
import Transport

/// A device that runs on this machine.
enum Target: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case loopback
  case host
  case mps2an500 = "mps2-an500"
  case mps2an386 = "mps2-an386"
  case netduinoplus2
  /// In the emulator, the very images of the boards.
  case stm32f746gDisco = "stm32f746g-disco"
  case nucleoF429zi = "nucleo-f429zi"

  var testDescription: String { rawValue }

  /// Those that run the generated C.
  static let firmware = allCases.filter { $0 != .loopback }
}

/// A booted device and the line to it.
struct BootedDevice {
  let transport: any ByteTransport
  /// Keeps the process alive; nil for the loopback device.
  let process: DeviceProcess?

  /// Builds the artifact's firmware for the target where need be, and boots it.
  ///
  /// - Parameter flash: what outlives the device.
  init(_ target: Target, _ artifact: Artifact, flash: TestFlash? = nil) async throws {
    guard target != .loopback else {
      transport = try LoopbackDevice(artifact: artifact, keptStates: flash?.memory ?? KeptStates()).transport
      process = nil
      return
    }
    do {
      let process = try FirmwareBench.shared.boot(target.rawValue, artifact, storePath: target == .host ? flash?.file.path : nil)
      self.process = process
      transport = try await UnixSocketTransport.connect(path: process.socketPath)
    } catch let error as FirmwareBuildError {
      switch error {
      case .missingTool, .noEmulator: try Test.cancel("\(error)")
      default: throw error
      }
    }
  }
}

/// What a device keeps states in from one boot to the next.
final class TestFlash {
  /// Of the loopback device.
  let memory = KeptStates()
  /// Of the host build.
  let file = FileManager.default.temporaryDirectory.appendingPathComponent("fieldtune-flash-\(UUID().uuidString)")

  deinit { unlink(file.path) }
}
