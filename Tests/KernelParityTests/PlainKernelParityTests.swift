import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Operations without weights: the C kernel leaves the interpreter's bytes and ranges.
@Suite struct PlainKernelParityTests {
  private let seeds: Range<UInt64> = 0..<400

  @Test(arguments: [false, true]) func add_agrees(subtracts: Bool) throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...300)
      let codes = (random.codes(count), random.codes(count))
      // Every eighth sum has a scale that leaves its shift outside of the kernel's quick range.
      let scales = [random.scale(-8, 0), random.scale(-8, 0), random.oneIn(8) ? random.scale(-40, 20) : random.scale(-8, 0)]
      let zeroPoints = (0..<3).map { _ in Int32(random.int8()) }
      let clamp = random.oneIn(2) ? random.clamp() : Clamp(minimum: -128, maximum: 127)
      var builder = GraphBuilder()
      let operands = [
        builder.codes("a", [count], codes.0, scale: scales[0], zeroPoint: zeroPoints[0]),
        builder.codes("b", [count], codes.1, scale: scales[1], zeroPoint: zeroPoints[1]),
      ]
      let y = builder.value("y", [count], .int8, scale: scales[2], zeroPoint: zeroPoints[2])
      builder.run(subtracts ? .subtract(clamp) : .add(clamp), operands, [y])
      let formats = (0..<2).map { Quantization(scales: [scales[$0]], zeroPoint: zeroPoints[$0]) }
      let terms = AddTerms(formats[0], formats[1], outputScale: scales[2], subtracts: subtracts)
      let (exact, rounded) = terms.swaps ? (codes.1, codes.0) : codes
      var computed = [Int8](repeating: 99, count: count)
      withStage(terms, zeroPoint: zeroPoints[2], clamp) { stage in
        add_s8(Int32(count), &stage, exact, rounded, &computed)
      }
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func sumErrors_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...200)
      let bits = (random.int(4...15), random.int(4...15), random.int(4...15))
      let (a, b) = (random.mantissas(count, bits: bits.0), random.mantissas(count, bits: bits.1))
      let exponents = (0..<3).map { _ in random.int(random.oneIn(6) ? -80...0 : -20...(-10)) }
      var builder = GraphBuilder()
      let ranges = zip([bits.0, bits.1, bits.2], exponents).map { builder.range(bits: $0, exponent: $1) }
      let operands = [
        builder.errors("a", [count], a, range: ranges[0]),
        builder.errors("b", [count], b, range: ranges[1]),
      ]
      builder.run(.sumErrors, operands, [builder.value("y", [count], .int16, range: ranges[2])])
      var computed = [Int16](repeating: 99, count: count)
      var states = exponents.map { error_range(exponent: Int32($0), held: 0, observed: 0) }
      var (aRange, bRange) = (states[0], states[1])
      sum_errors_s16(
        Int32(count), (1 << Int32(bits.2)) - 1, a, &aRange, b, &bRange, &computed, &states[2])
      try check(builder.graph, [littleEndian(computed)], states, seed: seed)
    }
  }

  @Test func clampMask_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...70)
      let codes = random.codes(count)
      let clamp = random.clamp()
      var builder = GraphBuilder()
      let input = builder.codes("y", [count], codes)
      builder.run(.clampMask(clamp), [input], [builder.value("mask", [count], .bit)])
      var stage = clamp_stage(minimum: clamp.minimum, maximum: clamp.maximum)
      var computed = [UInt8](repeating: 99, count: (count + 7) / 8)
      clamp_mask_s8(Int32(count), &stage, codes, &computed)
      try check(builder.graph, [computed], seed: seed)
    }
  }

  @Test func maskError_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...70)
      let errors = random.mantissas(count, bits: 15)
      let mask = (0..<(count + 7) / 8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var builder = GraphBuilder()
      let range = builder.range(bits: 15, exponent: -3)
      let operands = [
        builder.errors("dy", [count], errors, range: range),
        builder.bytes("mask", [count], .bit, mask),
      ]
      builder.run(.maskError, operands, [builder.value("dx", [count], .int16, range: range)])
      var computed = errors
      computed.withUnsafeMutableBufferPointer { inPlace in
        mask_error_s16(Int32(count), inPlace.baseAddress, mask, inPlace.baseAddress)
      }
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func selectChannels_ofCodesAndErrors_agree() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let (cells, count) = (random.int(1...9), random.int(1...20))
      let channels = (0..<random.int(1...25)).map { _ in random.int(0...count - 1) }
      let (codes, errors) = (random.codes(cells * count), random.mantissas(cells * count, bits: 15))
      var forward = GraphBuilder()
      let x = forward.codes("x", [cells, count], codes)
      forward.run(.selectChannels(channels), [x], [forward.value("y", [cells, channels.count], .int8, scale: 1, zeroPoint: 0)])
      var backward = GraphBuilder()
      let range = backward.range(bits: 15, exponent: 0)
      let dy = backward.errors("dy", [cells, count], errors, range: range)
      backward.run(.selectErrorChannels(channels), [dy], [backward.value("dx", [cells, channels.count], .int16, range: range)])

      var selected = [Int8](repeating: 99, count: cells * channels.count)
      var selectedErrors = [Int16](repeating: 99, count: cells * channels.count)
      channels.map { UInt16($0) }.withUnsafeBufferPointer { list in
        var shape = select_shape(
          cells: Int32(cells), input_channels: Int32(count), output_channels: Int32(channels.count),
          channels: list.baseAddress)
        select_channels_s8(&shape, codes, &selected)
        select_channels_s16(&shape, errors, &selectedErrors)
      }
      try check(forward.graph, [littleEndian(selected)], seed: seed)
      try check(backward.graph, [littleEndian(selectedErrors)], seed: seed)
    }
  }

  @Test(arguments: [RequantizationRounding.once, .twice])
  func requantize_agrees(_ rounding: RequantizationRounding) throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let (rows, channels) = (random.int(1...3), random.int(1...40))
      let accumulators = (0..<rows * channels).map { _ in random.int32() }
      let low = random.oneIn(4) ? -2 : -40
      let scales = (0..<(random.oneIn(2) ? 1 : channels)).map { _ in Double(random.scale(low, 3)) }
      let outputScale = random.scale(-4, 2)
      let zeroPoint = Int32(random.int8())
      let clamp = random.clamp()
      var builder = GraphBuilder()
      let input = builder.integers("accumulators", [rows, channels], accumulators)
      let y = builder.value("y", [rows, channels], .int8, scale: outputScale, zeroPoint: zeroPoint)
      builder.run(
        .requantize(accumulatorScales: scales, clamp, rounding: rounding), [input], [y])
      let factors = requantizeMultipliers(scales: scales, outputScale: outputScale, count: channels)
      var shape = requantize_shape(rows: Int32(rows), channels: Int32(channels))
      var computed = [Int8](repeating: 99, count: accumulators.count)
      factors.map(\.multiplier).withUnsafeBufferPointer { multiplier in
        factors.map { Int8($0.leftShift) }.withUnsafeBufferPointer { shift in
          var stage = output_stage(
            multiplier: multiplier.baseAddress, left_shift: shift.baseAddress, input_zero_point: 0,
            output_zero_point: zeroPoint, minimum: clamp.minimum, maximum: clamp.maximum,
            bias_fraction_bits: 0)
          switch rounding {
          case .once: requantize_once_s32_s8(&shape, &stage, accumulators, &computed)
          case .twice: requantize_s32_s8(&shape, &stage, accumulators, &computed)
          }
        }
      }
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func softmax_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let (rows, channels) = (random.int(1...3), random.int(1...(random.oneIn(8) ? 1200 : 100)))
      let flat = random.oneIn(4)
      let codes = flat ? Array(repeating: 5, count: rows * channels) : random.codes(rows * channels)
      let inputScale = random.scale(-9, 2)
      let beta: Float = random.oneIn(3) ? 0.5 : 1
      var builder = GraphBuilder()
      let x = builder.codes("x", [rows, channels], codes, scale: inputScale, zeroPoint: 3)
      let y = builder.value("y", [rows, channels], .int8, scale: 1 / 256, zeroPoint: -128)
      builder.run(.softmax(beta: beta), [x], [y])
      let constants = SoftmaxConstants(beta: beta, inputScale: inputScale)
      var shape = softmax_shape(rows: Int32(rows), channels: Int32(channels))
      var stage = softmax_stage(
        multiplier: constants.multiplier.multiplier, left_shift: constants.multiplier.leftShift,
        difference_minimum: constants.differenceMinimum)
      var computed = [Int8](repeating: 99, count: codes.count)
      softmax_s8(&shape, &stage, codes, &computed)
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func softmaxCrossEntropy_agreesInLossAndErrors() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let channels = random.int(1...60)
      let bits = random.int(4...15)
      let extreme = random.oneIn(5)
      let logits = (0..<channels).map { _ in extreme ? random.int32() : Int32(random.int(-3000...3000)) }
      let scales = (0..<(random.oneIn(2) ? 1 : channels)).map { _ in Double(random.scale(-14, -5)) }
      let label = random.int(0...channels - 1)
      var builder = GraphBuilder()
      let range = builder.range(bits: bits, exponent: -bits, adapts: false)
      let z = builder.integers("logits", [1, channels], logits)
      let dz = builder.value("error", [1, channels], .int16, range: range)
      builder.run(.softmaxCrossEntropy(logitScales: scales), [z], [dz])
      let graph = builder.graph
      let interpreter = try TrainingStepInterpreter(graph: withOutput(graph, channels))
      let loss = interpreter.run(operation: 0, target: .init(label: label)).lossQ16

      let factors = crossEntropyFactors(logitScales: scales, count: channels)
      var shape = cross_entropy_shape(channels: Int32(channels))
      var scratch = [UInt32](repeating: 99, count: channels)
      var error = [Int16](repeating: 99, count: channels)
      factors.map(\.multiplier).withUnsafeBufferPointer { multiplier in
        factors.map { Int16($0.shift) }.withUnsafeBufferPointer { shift in
          var stage = cross_entropy_stage(
            multiplier: multiplier.baseAddress, shift: shift.baseAddress, bits: Int32(bits))
          let trained = softmax_cross_entropy_s32(
            &shape, &stage, logits, Int32(label), &scratch, &error)
          let evaluated = softmax_cross_entropy_s32(
            &shape, &stage, logits, Int32(label), &scratch, nil)
          #expect(trained == loss && evaluated == loss, "seed \(seed)")
        }
      }
      #expect(littleEndian(error) == interpreter.bytes(of: dz), "seed \(seed)")
    }
  }

  /// Two classes a distance of 0 to 1 apart: where the last terms of both series show.
  @Test func loss_agreesOverSmallDistances() throws {
    var builder = GraphBuilder()
    let range = builder.range(bits: 15, exponent: -15, adapts: false)
    let z = builder.integers("logits", [1, 2], [0, 0])
    let dz = builder.value("error", [1, 2], .int16, range: range)
    builder.run(.softmaxCrossEntropy(logitScales: [0x1p-16]), [z], [dz])
    let interpreter = try TrainingStepInterpreter(graph: withOutput(builder.graph, 2))
    let factor = crossEntropyFactors(logitScales: [0x1p-16], count: 1)[0]
    var shape = cross_entropy_shape(channels: 2)
    let multipliers = [factor.multiplier, factor.multiplier]
    let shifts = [Int16(factor.shift), Int16(factor.shift)]
    multipliers.withUnsafeBufferPointer { multiplier in
      shifts.withUnsafeBufferPointer { shift in
        var stage = cross_entropy_stage(
          multiplier: multiplier.baseAddress, shift: shift.baseAddress, bits: 15)
        for distance in 0...65536 as ClosedRange<Int32> {
          let logits = [distance, 0]
          var scratch: [UInt32] = [0, 0]
          var error: [Int16] = [0, 0]
          let loss = softmax_cross_entropy_s32(&shape, &stage, logits, 0, &scratch, &error)
          interpreter.write(littleEndian(logits), to: z)
          #expect(interpreter.run(operation: 0).lossQ16 == loss, "distance \(distance)")
          #expect(interpreter.bytes(of: dz) == littleEndian(error), "distance \(distance)")
        }
      }
    }
  }

  @Test func updateRanges_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...8)
      var builder = GraphBuilder()
      var bits: [UInt8] = []
      for _ in 0..<count {
        bits.append(random.oneIn(4) ? 0 : UInt8(random.int(4...15)))
        let last = Int(bits[bits.count - 1])
        _ = builder.range(bits: last == 0 ? 8 : last, exponent: 0, adapts: last != 0)
      }
      _ = builder.codes("output", [1], [0])
      builder.run(.updateRanges, [])
      let interpreter = try TrainingStepInterpreter(graph: builder.graph)
      var states = (0..<count).map { _ in
        error_range(
          exponent: Int32(random.int(-101...40)), held: random.int32() & .max,
          observed: random.oneIn(3) ? 0 : random.int32() & .max)
      }
      for _ in 0..<random.int(1...300) {
        interpreter.ranges = states.map {
          ErrorRangeState(exponent: $0.exponent, held: $0.held, observed: $0.observed)
        }
        _ = interpreter.run(operation: 0)
        error_ranges_update(&states, bits, Int32(count))
        #expect(interpreter.ranges.map(\.words) == states.map(\.words), "seed \(seed)")
        if random.oneIn(9) { states[0].observed = random.int32() & .max }
      }
    }
  }

  @Test func prediction_isTheLowestIndexOfTheLargestCode() {
    #expect(prediction_s8(1, [-128]) == 0)
    #expect(prediction_s8(4, [3, 9, 9, -1]) == 1)
    #expect(prediction_s8(3, [-128, -128, 127]) == 2)
  }

  /// The interpreter checks labels against the model's output: gives the graph one of `channels` codes.
  private func withOutput(_ graph: Graph, _ channels: Int) -> Graph {
    var graph = graph
    let offset = graph.store([UInt8](repeating: 0, count: channels))
    graph.output = graph.add(
      Tensor(
        name: "output", shape: [1, channels], element: .int8, storage: .constant(offset: offset),
        quantization: Quantization(scales: [1], zeroPoint: 0)))
    return graph
  }
}

/// Runs the one operation of `graph` and compares what it wrote.
func check(
  _ graph: Graph, _ computed: [[UInt8]], _ ranges: [error_range]? = nil, seed: UInt64,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let interpreter = try TrainingStepInterpreter(graph: graph)
  _ = interpreter.run(operation: 0)
  let written = graph.operations[0].outputs.map(interpreter.bytes(of:))
  #expect(computed == written, "seed \(seed)", sourceLocation: sourceLocation)
  if let ranges {
    #expect(
      ranges.map(\.words) == interpreter.ranges.map(\.words), "seed \(seed)",
      sourceLocation: sourceLocation)
  }
}

extension SplitMix64 {
  mutating func clamp() -> Clamp {
    if oneIn(2) { return Clamp() }
    let minimum = int(-128...127)
    return Clamp(minimum: Int32(minimum), maximum: Int32(int(minimum...127)))
  }
}
