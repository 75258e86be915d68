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

  @Test func deviceHello_encodesAsInSwift() {
    let memory = Wire.MemoryRegion(
      name: "SRAM", byteCount: 262_144, plannedBytes: 5, highWaterBytes: 6)
    var hello = SampleStream.hello(bootID: 3, nextIndex: 4, slots: 2, inputBytes: 64)
    hello.memory = [memory]
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
            var message = deviceHello(hello, text)
            message.segments = segments.baseAddress
            message.segments_count = 1
            message.bauds = bauds.baseAddress
            message.bauds_count = 1
            message.memory = regions.baseAddress
            message.memory_count = 1
            return encoded { wire_device_hello_encode(&message, $0, $1) }
          }
        }
      }
    }
    #expect(found == hello.bytes)
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

  private func deviceHello(
    _ hello: Wire.DeviceHello, _ text: UnsafePointer<CChar>
  ) -> wire_device_hello {
    var message = wire_device_hello()
    message.magic = hello.magic
    message.protocol_minimum = hello.protocolMinimum
    message.protocol_maximum = hello.protocolMaximum
    message.boot_id = hello.bootID
    withUnsafeMutableBytes(of: &message.uid) { $0.copyBytes(from: hello.uid) }
    message.board = wire_text(data: text, count: 9)
    message.firmware = wire_text(data: text + 9, count: 1)
    message.schema_hash = hello.schemaHash
    message.model_hash = hello.modelHash
    message.plan_hash = hello.planHash
    message.semantics_hash = hello.semanticsHash
    message.layout_hash = hello.layoutHash
    message.mtu = hello.mtu
    message.sample_queue_bytes = hello.sampleQueueBytes
    message.sample_slots = hello.sampleSlots
    message.record_slots = hello.recordSlots
    message.input_bytes = hello.inputBytes
    message.target_bytes = hello.targetBytes
    message.class_count = hello.classCount
    message.counter_unit = hello.counterUnit.rawValue
    message.run = hello.run
    message.next_index = hello.nextIndex
    message.training_step = hello.trainingStep
    message.state = hello.state.rawValue
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
