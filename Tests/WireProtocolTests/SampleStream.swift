import WireProtocol

/// The samples of a test: each one's bytes follow from its index.
enum SampleStream {
  static func sample(_ index: UInt32, inputBytes: Int) -> Wire.Sample {
    var random = SeededGenerator(seed: UInt64(index) + 1)
    return Wire.Sample(
      run: 7, index: index, mode: .train, label: UInt16(index % 10), rateMantissa: 1 << 30,
      rateShift: 37, momentum: 0, decay: 0, flags: 0, input: random.bytes(inputBytes))
  }

  static func step(_ index: UInt32) -> Wire.Step {
    Wire.Step(
      run: 7, index: index, mode: .train, lossQ16: -5, prediction: 1, label: 2, correct: 0,
      trainingStep: index + 1, waitTicks: 1, forwardTicks: 2, backwardTicks: 3, updateTicks: 4,
      saturated: 5, unchanged: 6, stackHighWaterBytes: 7, overruns: 8, framingErrors: 9,
      noiseErrors: 10, flags: 1, digest: 0x0123_4567_89AB_CDEF)
  }

  static func info(bootID: UInt32, nextIndex: UInt32, slots: UInt16, inputBytes: Int)
    -> Wire.DeviceInfo
  {
    Wire.DeviceInfo(
      bootID: bootID, uid: Array(0..<12), board: "simulated", firmware: "1",
      modelHash: 1, planHash: 2, semanticsHash: 3, layoutHash: 4, sampleQueueBytes: UInt32(slots) * UInt32(inputBytes + 23), sampleSlots: slots,
      recordSlots: 8, inputBytes: UInt32(inputBytes), targetBytes: 0, classCount: 10,
      segments: [Wire.SegmentInfo(kind: .weights, byteCount: 100)],
      bauds: [Wire.BaudRate(bitsPerSecond: 921_600)], memory: [], counterUnit: .cycles,
      counterHertz: 0, run: 7, nextIndex: nextIndex, trainingStep: nextIndex,
      checkpointGeneration: 0, state: .running, bitsPerSecond: 921_600)
  }
}
