import WireProtocol

/// One sample for the open run.
package struct DeviceSample: Hashable, Sendable {
  /// Position in the run; each index is applied once, after the one before it.
  package var index: UInt32
  package var mode: Wire.SampleMode
  /// The true class; 0 for infer and where the loss takes none.
  package var label: Int
  /// Learning rate = mantissa * 2^-shift, mantissa in 2^30 ..< 2^31 or 0.
  package var rateMantissa: UInt32
  package var rateShift: UInt8
  /// In 1/65536: share of an applied step that stays in the velocity; 0 for models without velocities.
  package var momentum: UInt16
  /// In 1/65536: share of each trained weight that an applied step takes off.
  package var decay: UInt16
  /// Whether the step goes into the velocity alone; false for models without velocities.
  package var isHeld: Bool
  /// Input codes.
  package var input: [Int8]
  /// Values of the target, as many as the loss takes; not sent for infer.
  package var target: [Int16]

  package init(
    index: UInt32, mode: Wire.SampleMode, label: Int = 0, rateMantissa: UInt32 = 0,
    rateShift: UInt8 = 0, momentum: UInt16 = 0, decay: UInt16 = 0, isHeld: Bool = false, input: [Int8], target: [Int16] = []
  ) {
    self.index = index
    self.mode = mode
    self.label = label
    self.rateMantissa = rateMantissa
    self.rateShift = rateShift
    self.momentum = momentum
    self.decay = decay
    self.isHeld = isHeld
    self.input = input
    self.target = target
  }

  /// - Throws: `DeviceLinkError.badSample` for what the device would refuse.
  func check(for device: DeviceDescription, name: String) throws(DeviceLinkError) {
    func bad(_ what: String, _ found: Int, _ expected: String) -> DeviceLinkError {
      .badSample(name: name, index: index, what: what, found: found, expected: expected)
    }
    let inputBytes = Int(device.info.inputBytes)
    guard input.count == inputBytes else {
      throw bad("input", input.count, "\(inputBytes) codes, the size of the model's input")
    }
    let targetCount = Int(device.info.targetBytes) / 2
    guard mode == .infer || target.count == targetCount else {
      throw bad("target", target.count, "\(targetCount) values, as the model's loss takes them")
    }
    let classCount = Int(device.info.classCount)
    guard mode == .infer || 0..<classCount ~= label else {
      throw bad("label", label, "0 to \(classCount - 1), the classes of the model")
    }
    guard mode != .train || rateMantissa == 0 || (1 << 30)..<(1 << 31) ~= rateMantissa else {
      throw bad("learning rate's mantissa", Int(rateMantissa), "0 or 2^30 to 2^31 - 1")
    }
    let hasVelocities = device.info.segments.contains { $0.kind == .velocities && $0.byteCount > 0 }
    guard mode != .train || hasVelocities || (momentum == 0 && !isHeld) else {
      throw bad("momentum", Int(momentum), "0 and no step held back: the model was compiled without velocities")
    }
  }

  func message(run: UInt64) -> Wire.Sample {
    let values = mode == .infer ? [] : target.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    return Wire.Sample(
      run: run, index: index, mode: mode, label: mode == .infer ? 0 : UInt16(label),
      rateMantissa: rateMantissa, rateShift: rateShift, momentum: momentum, decay: decay, flags: isHeld ? 1 : 0,
      input: input.map(UInt8.init(bitPattern:)) + values)
  }
}

/// What became of a sample.
package enum SampleAnswer: Equatable, Sendable {
  /// Of mode train or evaluate.
  case step(Wire.Step)
  /// Of mode infer.
  case output(Wire.Output)

  package var index: UInt32 {
    switch self {
    case .step(let step): step.index
    case .output(let output): output.index
    }
  }

  var run: UInt64 {
    switch self {
    case .step(let step): step.run
    case .output(let output): output.run
    }
  }
}

/// An open run.
package struct DeviceRun: Sendable {
  /// Where it stands: `report.nextIndex` is the first index not applied yet.
  package let report: Wire.RunReport
  /// The answers in the order of the samples. Ends with `endRun`, throws a `DeviceLinkError` when
  /// the run cannot go on over this link. For one reader.
  package let answers: AsyncThrowingStream<SampleAnswer, any Error>
}
