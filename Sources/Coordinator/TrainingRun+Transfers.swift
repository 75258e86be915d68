import DeviceLink
import WireProtocol

/// Checkpoints on their way, which go on where they stood when the device went away.
extension TrainingRun {
  /// The device's training state before `position`. A copy that was broken off is completed when the
  /// device still stands there; the digest that follows proves it.
  func copyState(at position: Int, from device: any DeviceConnection) async throws(DeviceFailure) -> [UInt8] {
    var copy = StateReading(of: device.info, run: number, position: UInt32(position))
    if let begun = reading, begun.continues(of: device.info, run: number, position: UInt32(position)) { copy = begun }
    do {
      try await device.read(&copy)
    } catch {
      reading = copy
      throw error
    }
    reading = nil
    return copy.segments.flatMap(\.bytes)
  }

  /// Whether the device has part of a state from before it went away, and nothing has touched it since.
  func hasPart(_ device: any DeviceConnection) -> Bool { writing?.continues(on: device.info) ?? false }

  /// Writes a training state into a device that has no run open.
  func putState(_ segments: [StateSegment], into device: any DeviceConnection) async throws(DeviceFailure) {
    var copy: StateWriting
    if let writing, writing.segments == segments, hasPart(device) {
      copy = writing
    } else {
      copy = StateWriting(segments, into: device.info, lastRun: try await device.digest().run)
    }
    do {
      try await device.write(&copy)
    } catch {
      writing = copy
      throw error
    }
    writing = nil
  }
}
