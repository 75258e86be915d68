import DeviceModel
import FaultSimulation

/// A device without line and clock: the caller moves bytes and time.
protocol SimulatedDevice: AnyObject {
  /// Takes bytes from the line. Times are milliseconds.
  func receive(_ bytes: [UInt8], now: UInt32)
  /// Runs at most one step. True when another sample waits.
  func poll(now: UInt32) -> Bool
  /// The next frame for the line, of at most `capacity` bytes where the device can tell.
  func nextFrame(capacity: Int, now: UInt32) -> [UInt8]?
  /// Steps run since boot, of any mode: what tells a step from idling.
  var stepCount: Int { get }
}

extension FirmwareDevice: SimulatedDevice {}

/// Which device a test runs against.
enum DeviceKind: String, CaseIterable, CustomStringConvertible {
  /// The C session and link of the firmware.
  case firmware
  /// The device in Swift.
  case model

  var description: String { rawValue }

  func boot(_ bootID: UInt32 = 1) -> any SimulatedDevice {
    switch self {
    case .firmware: FirmwareDevice(bootID: bootID)
    case .model: ModelDevice(bootID: bootID)
    }
  }
}

/// The device in Swift.
final class ModelDevice: SimulatedDevice {
  private var machine: DeviceMachine<CountingEngine>
  private let counter = CountingEngine.Counter()

  init(bootID: UInt32) {
    machine = DeviceMachine(
      engine: CountingEngine(toy: ToyEngine(), counter: counter), identity: .toy(bootID: bootID))
  }

  var stepCount: Int { counter.steps }

  func receive(_ bytes: [UInt8], now: UInt32) { machine.receive(bytes, now: UInt64(now) * 1_000_000) }

  func poll(now: UInt32) -> Bool { machine.poll { UInt64(now) * 1_000_000 } }

  func nextFrame(capacity: Int, now: UInt32) -> [UInt8]? {
    capacity < 700 ? nil : machine.nextFrame(now: UInt64(now) * 1_000_000)
  }
}
