import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Losses beside the softmax cross-entropy of labels: interpreter and C give the same loss, errors and ranges.
@Suite struct LossParityTests {
  private let seeds: ClosedRange<UInt64> = 1...400

  @Test func softCrossEntropy_agreesAndIsTheLabelsWhereOneClassHasAll() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let channels = random.int(1...60)
      let bits = random.int(4...15)
      let logits = (0..<channels).map { _ in random.oneIn(9) ? random.int32() : Int32(random.int(-3000...3000)) }
      let scales = [Double(random.scale(-14, -5))]
      let label = random.int(0...channels - 1)
      let isHard = random.oneIn(3)
      let target = (0..<channels).map { o in
        isHard ? (o == label ? 1 << 14 : 0) : Int16(truncatingIfNeeded: random.int(-32768...32767))
      }
      let soft = try run(
        .softCrossEntropy(logitScales: scales), logits, bits: bits, StepTarget(label: label, values: target))
      let found = soften(logits, scales, bits, target)
      #expect(found.loss == soft.loss && found.errors == soft.errors, "seed \(seed)")
      if isHard {
        let hard = try run(.softmaxCrossEntropy(logitScales: scales), logits, bits: bits, StepTarget(label: label))
        #expect(hard.loss == soft.loss && hard.errors == soft.errors, "seed \(seed)")
      }
    }
  }

  @Test func meanSquaredError_agreesInLossErrorsAndRange() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let channels = random.int(1...12)
      let count = channels * random.int(1...9)
      let extreme = random.oneIn(5)
      let outputs = (0..<count).map { _ in extreme ? random.int32() : Int32(random.int(-9000...9000)) }
      let scales = SquaredErrorScales(
        outputScales: (0..<(random.oneIn(2) ? 1 : channels)).map { _ in Double(random.scale(-14, -5)) },
        codeScale: random.scale(-9, 1), codeZeroPoint: Int32(random.int(-128...127)))
      let isReconstruction = random.oneIn(2)
      let target = (0..<count).map { _ in Int16(truncatingIfNeeded: random.int(-32768...32767)) }
      let sample = (0..<count).map { _ in Int8(truncatingIfNeeded: random.int(-128...127)) }
      let (sampleScale, sampleZero) = (random.scale(-9, 1), Int32(random.int(-128...127)))

      var builder = GraphBuilder()
      let range = builder.range(bits: random.int(4...15), exponent: random.int(-40...4))
      let y = builder.integers("y", [1, count / channels, channels], outputs)
      let x = builder.codes("x", [1, count], sample, scale: sampleScale, zeroPoint: sampleZero)
      let dy = builder.value("dy", [1, count / channels, channels], .int16, range: range)
      builder.run(.meanSquaredError(scales), isReconstruction ? [y, x] : [y], [dy])
      let interpreter = try TrainingStepInterpreter(graph: builder.graph)
      let loss = interpreter.run(
        operation: 0, target: isReconstruction ? .init() : .init(values: target)
      ).lossQ16

      let constants = SquaredErrorConstants(scales, channels: channels, count: count)
      let factor = SquaredErrorConstants.sample(inputScale: sampleScale, codeScale: scales.codeScale)
      var shape = squared_error_shape(count: Int32(count), channels: Int32(channels))
      var sampleStage = sample_stage(zero_point: sampleZero, multiplier: factor.multiplier, shift: factor.shift)
      var state = error_range(
        exponent: Int32(builder.graph.errorRanges[0].initialExponent), held: 0, observed: 0)
      var errors = [Int16](repeating: 99, count: count)
      let computed = constants.outputs.map(\.multiplier).withUnsafeBufferPointer { multiplier in
        constants.outputs.map { Int16($0.shift) }.withUnsafeBufferPointer { shift in
          var stage = squared_error_stage(
            multiplier: multiplier.baseAddress, shift: shift.baseAddress,
            error_multiplier: constants.error.multiplier, error_shift: constants.error.shift,
            loss_multiplier: constants.loss.multiplier, loss_shift: constants.loss.shift,
            limit: builder.graph.errorRanges[0].limit)
          return [false, true].map { trains in
            errors.withUnsafeMutableBufferPointer { errors in
              isReconstruction
                ? reconstruction_error_s32(
                  &shape, &stage, outputs, &sampleStage, sample, &state, trains ? errors.baseAddress : nil)
                : mean_squared_error_s32(
                  &shape, &stage, outputs, scales.codeZeroPoint, target, &state, trains ? errors.baseAddress : nil)
            }
          }
        }
      }
      #expect(computed == [loss, loss], "seed \(seed)")
      #expect(littleEndian(errors) == interpreter.bytes(of: dy), "seed \(seed)")
      #expect(state.words == interpreter.ranges[0].words, "seed \(seed)")
    }
  }

  @Test func centerCodes_agrees() throws {
    let codes = (-128...127).map { Int8($0) }
    for zeroPoint: Int32 in [-128, 0, 19, 127] {
      var builder = GraphBuilder()
      let x = builder.codes("x", [1, 256], codes, zeroPoint: zeroPoint)
      let y = builder.value("y", [1, 256], .int32)
      builder.run(.centerCodes, [x], [y])
      var centered = [Int32](repeating: 99, count: 256)
      center_codes_s8_s32(256, zeroPoint, codes, &centered)
      try check(builder.graph, [littleEndian(centered)], seed: 0)
    }
  }

  /// A loss by the interpreter, in a range that does not adapt.
  private func run(
    _ kind: OperationKind, _ logits: [Int32], bits: Int, _ target: StepTarget
  ) throws -> (loss: Int32, errors: [UInt8]) {
    var builder = GraphBuilder()
    let range = builder.range(bits: bits, exponent: -bits, adapts: false)
    _ = builder.codes("output", [1, logits.count], [Int8](repeating: 0, count: logits.count))
    let z = builder.integers("logits", [1, logits.count], logits)
    let dz = builder.value("error", [1, logits.count], .int16, range: range)
    builder.run(kind, [z], [dz])
    let interpreter = try TrainingStepInterpreter(graph: builder.graph)
    return (interpreter.run(operation: 0, target: target).lossQ16, interpreter.bytes(of: dz))
  }

  private func soften(
    _ logits: [Int32], _ scales: [Double], _ bits: Int, _ target: [Int16]
  ) -> (loss: Int32, errors: [UInt8]) {
    let factors = crossEntropyFactors(logitScales: scales, count: logits.count)
    var shape = cross_entropy_shape(channels: Int32(logits.count))
    var scratch = [UInt32](repeating: 99, count: logits.count)
    var errors = [Int16](repeating: 99, count: logits.count)
    let loss = factors.map(\.multiplier).withUnsafeBufferPointer { multiplier in
      factors.map { Int16($0.shift) }.withUnsafeBufferPointer { shift in
        var stage = cross_entropy_stage(
          multiplier: multiplier.baseAddress, shift: shift.baseAddress, bits: Int32(bits))
        return soft_cross_entropy_s32(&shape, &stage, logits, target, &scratch, &errors)
      }
    }
    return (loss, littleEndian(errors))
  }
}
