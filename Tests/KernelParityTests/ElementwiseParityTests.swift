import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Sums, products and tables, forward and backward: the C kernel leaves the interpreter's bytes and ranges.
@Suite struct ElementwiseParityTests {
  private let seeds: Range<UInt64> = 0..<400

  /// Two operands whose shapes make a third, with the formats of all three.
  private struct Operands {
    let shapes: (a: [Int], b: [Int], y: [Int])
    let codes: (a: [Int8], b: [Int8])
    let scales: [Float]
    let zeroPoints: [Int32]
    let clamp: Clamp
    let loops: Broadcast

    init(_ random: inout SplitMix64) throws {
      let y = [1, random.int(1...4), random.int(1...5), random.int(1...6)]
      var shapes = (a: y, b: y)
      var loops = Broadcast(y, y, output: y)
      repeat {
        shapes.a = y.map { random.oneIn(4) ? 1 : $0 }
        shapes.b = zip(y, shapes.a).map { $0 != $1 || !random.oneIn(2) ? $0 : 1 }
        if random.oneIn(2) { shapes.b = Array(shapes.b.drop { $0 == 1 }) }
        loops = Broadcast(shapes.a, shapes.b, output: y)
      } while loops == nil
      self.loops = try #require(loops)
      self.shapes = (shapes.a, shapes.b, y)
      codes = (random.codes(shapes.a.reduce(1, *)), random.codes(shapes.b.reduce(1, *)))
      scales = (0..<3).map { _ in random.scale(-8, 0) }
      zeroPoints = (0..<3).map { _ in Int32(random.int8()) }
      clamp = random.clamp()
    }

    func graph(_ kind: OperationKind) -> Graph {
      var builder = GraphBuilder()
      let a = builder.codes("a", shapes.a, codes.a, scale: scales[0], zeroPoint: zeroPoints[0])
      let b = builder.codes("b", shapes.b, codes.b, scale: scales[1], zeroPoint: zeroPoints[1])
      let y = builder.value("y", shapes.y, .int8, scale: scales[2], zeroPoint: zeroPoints[2])
      builder.run(kind, [a, b], [y])
      return builder.graph
    }

    func format(_ operand: Int) -> Quantization {
      Quantization(scales: [scales[operand]], zeroPoint: zeroPoints[operand])
    }

    func shape(swaps: Bool = false) -> broadcast_shape {
      let (a, b) = swaps ? (loops.bSteps, loops.aSteps) : (loops.aSteps, loops.bSteps)
      return broadcast_shape(extent: three(loops.extents), a_step: three(a), b_step: three(b))
    }
  }

  @Test(arguments: [false, true]) func broadcastSum_agrees(subtracts: Bool) throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let operands = try Operands(&random)
      let formats = (operands.format(0), operands.format(1))
      let terms = AddTerms(formats.0, formats.1, outputScale: operands.scales[2], subtracts: subtracts)
      var shape = operands.shape(swaps: terms.swaps)
      var computed = [Int8](repeating: 99, count: operands.shapes.y.reduce(1, *))
      let (exact, rounded) = terms.swaps ? (operands.codes.b, operands.codes.a) : operands.codes
      withStage(terms, zeroPoint: operands.zeroPoints[2], operands.clamp) { stage in
        add_broadcast_s8(&shape, &stage, exact, rounded, &computed)
      }
      let graph = operands.graph(subtracts ? .subtract(operands.clamp) : .add(operands.clamp))
      try check(graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func multiply_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let operands = try Operands(&random)
      let factor = QuantizedMultiplier(
        productOf: operands.scales[0], operands.scales[1], outputScale: operands.scales[2])
      var stage = multiply_stage(
        a_zero_point: operands.zeroPoints[0], b_zero_point: operands.zeroPoints[1],
        output_zero_point: operands.zeroPoints[2], multiplier: factor.multiplier, left_shift: factor.leftShift,
        minimum: operands.clamp.minimum, maximum: operands.clamp.maximum)
      var shape = operands.shape()
      var computed = [Int8](repeating: 99, count: operands.shapes.y.reduce(1, *))
      multiply_s8(&shape, &stage, operands.codes.a, operands.codes.b, &computed)
      try check(operands.graph(.multiply(operands.clamp)), [littleEndian(computed)], seed: seed)
    }
  }

  /// The gradient of the first operand, whose sums the verifier of bits would allow.
  @Test func multiplyBackward_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let operands = try Operands(&random)
      let errors = random.mantissas(operands.shapes.y.reduce(1, *), bits: 15)
      let exponents = [random.int(-30...0), random.int(-40...0)]
      var builder = GraphBuilder()
      let ranges = exponents.map { builder.range(bits: 15, exponent: $0) }
      let inputs = [
        builder.errors("dy", operands.shapes.y, errors, range: ranges[0]),
        builder.codes(
          "b", operands.shapes.b, operands.codes.b, scale: operands.scales[1], zeroPoint: operands.zeroPoints[1]),
      ]
      builder.run(.multiplyBackward, inputs, [builder.value("da", operands.shapes.a, .int16, range: ranges[1])])

      var shape = gradientShape(operands.loops)
      var stage = stage(FixedPointFactor(Double(operands.scales[1])))
      var states = exponents.map { error_range(exponent: Int32($0), held: 0, observed: 0) }
      var dyRange = states[0]
      var computed = [Int16](repeating: 99, count: operands.codes.a.count)
      multiply_s8_backward(
        &shape, &stage, operands.zeroPoints[1], errors, &dyRange, operands.codes.b, &computed, &states[1])
      try check(builder.graph, [littleEndian(computed)], states, seed: seed)
    }
  }

  @Test(arguments: [false, true]) func broadcastBackward_agrees(negated: Bool) throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let operands = try Operands(&random)
      let errors = random.mantissas(operands.shapes.y.reduce(1, *), bits: 15)
      let exponents = [random.int(-30...0), random.int(-40...0)]
      var builder = GraphBuilder()
      let ranges = exponents.map { builder.range(bits: 15, exponent: $0) }
      let dy = builder.errors("dy", operands.shapes.y, errors, range: ranges[0])
      let da = builder.value("da", operands.shapes.a, .int16, range: ranges[1])
      builder.run(.broadcastBackward(negated: negated), [dy], [da])

      let loops = try #require(Broadcast(operands.shapes.a, operands.shapes.y, output: operands.shapes.y))
      var shape = gradientShape(loops)
      var stage = stage(FixedPointFactor(1))
      var states = exponents.map { error_range(exponent: Int32($0), held: 0, observed: 0) }
      var dyRange = states[0]
      var computed = [Int16](repeating: 99, count: operands.codes.a.count)
      broadcast_s16_backward(&shape, &stage, negated ? -1 : 1, errors, &dyRange, &computed, &states[1])
      try check(builder.graph, [littleEndian(computed)], states, seed: seed)
    }
  }

  @Test(arguments: [
    UnaryFunction.clamp(Clamp(minimum: -3, maximum: 90)), .leakyRelu(alpha: 0.1), .hardSwish, .logistic, .tanh,
  ])
  func lookup_andItsBackward_agree(_ function: UnaryFunction) throws {
    for seed in seeds.prefix(100) {
      var random = SplitMix64(seed: seed)
      let codes = random.codes(random.int(1...300))
      let formats = (0..<2).map { _ in Quantization(scales: [random.scale(-8, 0)], zeroPoint: Int32(random.int8())) }
      var forward = GraphBuilder()
      let x = forward.codes("x", [codes.count], codes, scale: formats[0].scales[0], zeroPoint: formats[0].zeroPoint)
      let y = forward.value(
        "y", [codes.count], .int8, scale: formats[1].scales[0], zeroPoint: formats[1].zeroPoint)
      forward.run(.lookup(function), [x], [y])
      var output = [Int8](repeating: 99, count: codes.count)
      let table = LookupTable(function, input: formats[0], output: formats[1]).codes
      lookup_s8(Int32(codes.count), table, codes, &output)
      try check(forward.graph, [littleEndian(output)], seed: seed)

      let errors = random.mantissas(codes.count, bits: 15)
      let exponents = [random.int(-30...0), random.int(-40...0)]
      var backward = GraphBuilder()
      let ranges = exponents.map { backward.range(bits: 15, exponent: $0) }
      let operands = [
        backward.errors("dy", [codes.count], errors, range: ranges[0]),
        backward.codes("x", [codes.count], codes, scale: formats[0].scales[0], zeroPoint: formats[0].zeroPoint),
      ]
      let dx = backward.value("dx", [codes.count], .int16, range: ranges[1])
      backward.run(.lookupBackward(function, output: formats[1]), operands, [dx])
      let slopes = SlopeTable(function, input: formats[0], output: formats[1])
      var stage = stage(slopes.unit)
      var states = exponents.map { error_range(exponent: Int32($0), held: 0, observed: 0) }
      var dyRange = states[0]
      var computed = [Int16](repeating: 99, count: codes.count)
      lookup_s8_backward(
        Int32(codes.count), &stage, slopes.slopes, errors, &dyRange, codes, &computed, &states[1])
      try check(backward.graph, [littleEndian(computed)], states, seed: seed)
    }
  }

  private func stage(_ factor: FixedPointFactor) -> error_stage {
    error_stage(prescale_q15: nil, multiplier: factor.multiplier, shift: factor.shift, limit: 32767)
  }

  private func gradientShape(_ loops: Broadcast) -> broadcast_gradient_shape {
    let gradient = BroadcastGradient(loops)
    return broadcast_gradient_shape(
      kept: three(gradient.kept.map(\.extent)), kept_output_step: three(gradient.kept.map(\.outputStep)),
      kept_factor_step: three(gradient.kept.map(\.factorStep)), summed: two(gradient.summed.map(\.extent)),
      summed_output_step: two(gradient.summed.map(\.outputStep)),
      summed_factor_step: two(gradient.summed.map(\.factorStep)))
  }
}

/// A sum's constants as the kernel takes them.
func withStage(
  _ sum: AddTerms, zeroPoint: Int32, _ clamp: Clamp, _ body: (inout add_stage) -> Void
) {
  sum.terms.withUnsafeBufferPointer { terms in
    var stage = add_stage(
      a_unit: sum.unit, b_terms: terms.baseAddress, output_zero_point: zeroPoint,
      output_multiplier: sum.output.multiplier, output_left_shift: sum.output.leftShift, minimum: clamp.minimum,
      maximum: clamp.maximum)
    body(&stage)
  }
}

private func three(_ values: [Int]) -> (Int32, Int32, Int32) {
  (Int32(values[0]), Int32(values[1]), Int32(values[2]))
}

private func two(_ values: [Int]) -> (Int32, Int32) { (Int32(values[0]), Int32(values[1])) }
