import FirmwareRuntime
import Testing
import WireProtocol

/// Messages of the device, encoded by the firmware and by Swift.
@Suite struct FirmwareCodecTests {
  @Test func step_encodesAsInSwift() {
    let step = SampleStream.step(41)
    var message = wire_step(
      run: step.run, index: step.index, mode: step.mode.rawValue, loss_q16: step.lossQ16,
      prediction: step.prediction, label: step.label, correct: step.correct,
      training_step: step.trainingStep, wait_ticks: step.waitTicks,
      forward_ticks: step.forwardTicks, backward_ticks: step.backwardTicks,
      update_ticks: step.updateTicks, saturated: step.saturated, unchanged: step.unchanged,
      stack_high_water_bytes: step.stackHighWaterBytes, overruns: step.overruns,
      framing_errors: step.framingErrors, noise_errors: step.noiseErrors, flags: step.flags,
      digest: step.digest)
    #expect(encoded { wire_step_encode(&message, $0, $1) } == step.bytes)
    #expect(encoded(capacity: step.bytes.count - 1) { wire_step_encode(&message, $0, $1) } == [])
  }

  @Test func deviceInfo_encodesAsInSwift() {
    let memory = Wire.MemoryRegion(
      name: "SRAM", byteCount: 262_144, plannedBytes: 5, highWaterBytes: 6)
    var info = SampleStream.info(bootID: 3, nextIndex: 4, slots: 2, inputBytes: 64)
    info.memory = [memory]
    let found = "simulated1SRAM".withCString { text in
      let segments = [wire_segment_info(kind: 3, byte_count: 100)]
      let bauds = [wire_baud_rate(bits_per_second: 921_600)]
      let regions = [
        wire_memory_region(
          name: wire_text(data: text + 10, count: 4), byte_count: 262_144, planned_bytes: 5,
          high_water_bytes: 6)
      ]
      return segments.withUnsafeBufferPointer { segments in
        bauds.withUnsafeBufferPointer { bauds in
          regions.withUnsafeBufferPointer { regions in
            var message = deviceInfo(info, text)
            message.segments = segments.baseAddress
            message.segments_count = 1
            message.bauds = bauds.baseAddress
            message.bauds_count = 1
            message.memory = regions.baseAddress
            message.memory_count = 1
            return encoded { wire_device_info_encode(&message, $0, $1) }
          }
        }
      }
    }
    #expect(found == info.bytes)
  }

  @Test func sampleHead_leavesTheInputToTheCaller() {
    let sample = SampleStream.sample(5, inputBytes: 900)
    let whole = UInt32(sample.bytes.count)
    var message = wire_sample()
    #expect(wire_sample_decode_head(&message, sample.bytes, whole - 900))
    #expect(message.index == 5 && message.input.count == 900 && message.input.data == nil)
    #expect(!wire_sample_decode_head(&message, sample.bytes, whole - 901))
    #expect(!wire_sample_decode(&message, sample.bytes, whole - 1))
    #expect(wire_sample_decode(&message, sample.bytes, whole))
  }

  private func deviceInfo(
    _ info: Wire.DeviceInfo, _ text: UnsafePointer<CChar>
  ) -> wire_device_info {
    var message = wire_device_info()
    message.boot_id = info.bootID
    withUnsafeMutableBytes(of: &message.uid) { $0.copyBytes(from: info.uid) }
    message.board = wire_text(data: text, count: 9)
    message.firmware = wire_text(data: text + 9, count: 1)
    message.model_hash = info.modelHash
    message.plan_hash = info.planHash
    message.semantics_hash = info.semanticsHash
    message.layout_hash = info.layoutHash
    message.sample_queue_bytes = info.sampleQueueBytes
    message.sample_slots = info.sampleSlots
    message.record_slots = info.recordSlots
    message.input_bytes = info.inputBytes
    message.target_bytes = info.targetBytes
    message.class_count = info.classCount
    message.counter_unit = info.counterUnit.rawValue
    message.run = info.run
    message.next_index = info.nextIndex
    message.training_step = info.trainingStep
    message.state = info.state.rawValue
    message.bits_per_second = info.bitsPerSecond
    return message
  }

  private func encoded(
    capacity: Int = 640, _ encode: (UnsafeMutablePointer<UInt8>?, UInt32) -> UInt32
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = Int(encode(buffer.baseAddress, UInt32(capacity)))
    }
  }
}
