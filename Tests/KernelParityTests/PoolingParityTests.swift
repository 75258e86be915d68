import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Pooling and mean, forward and backward: the C kernel leaves the interpreter's bytes and ranges.
@Suite struct PoolingParityTests {
  private let seeds: Range<UInt64> = 0..<600

  /// One pooling operation's geometry and data.
  private struct PoolCase {
    let window: Window
    let input: [Int]
    let output: [Int]
    let x: [Int8]
    let clamp: Clamp
    let dy: [Int16]
    let exponents: (dy: Int, dx: Int)

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let map = [random.int(1...7), random.int(1...7)]
      let channels = random.int(1...11)
      window =
        random.oneIn(6)
        ? Window(kernelHeight: map[0], kernelWidth: map[1], strideHeight: 1, strideWidth: 1)
        : random.window(dilated: false)
      let cells = random.cells(window, map: map)
      input = [1, map[0], map[1], channels]
      output = [1, cells[0], cells[1], channels]
      // Every third map is full of equal maxima.
      x = random.oneIn(3) ? random.codes(input.reduce(1, *)).map { $0 < 0 ? -128 : -127 } : random.codes(input.reduce(1, *))
      clamp = random.clamp()
      dy = random.mantissas(output.reduce(1, *), bits: 13)
      // Every second pair lies so close together that mantissas keep some of their bits.
      let exponent = random.int(-30...0)
      // At 30 apart, `scale` has no shift left and saturates.
      exponents = (exponent, [random.int(-40...0), exponent + random.int(-4...8), exponent - 30][random.int(0...2)])
    }

    var shape: pool2d_shape {
      pool2d_shape(
        input_height: Int32(input[1]), input_width: Int32(input[2]), channels: Int32(input[3]),
        output_height: Int32(output[1]), output_width: Int32(output[2]),
        kernel_height: Int32(window.kernelHeight), kernel_width: Int32(window.kernelWidth),
        stride_height: Int32(window.strideHeight), stride_width: Int32(window.strideWidth),
        pad_top: Int32(window.padTop), pad_left: Int32(window.padLeft))
    }

    var stage: clamp_stage { clamp_stage(minimum: clamp.minimum, maximum: clamp.maximum) }

    var ranges: [error_range] {
      [exponents.dy, exponents.dx].map { error_range(exponent: Int32($0), held: 0, observed: 0) }
    }

    /// A graph of `kind` from dy to dx.
    func backward(_ kind: OperationKind, index: [UInt8]? = nil) -> Graph {
      var builder = GraphBuilder()
      let dyRange = builder.range(bits: 13, exponent: exponents.dy)
      let dxRange = builder.range(bits: 15, exponent: exponents.dx)
      var inputs = [builder.errors("dy", output, dy, range: dyRange)]
      if let index { inputs.append(builder.bytes("index", output, .uint8, index)) }
      builder.run(kind, inputs, [builder.value("dx", input, .int16, range: dxRange)])
      return builder.graph
    }
  }

  @Test func averagePool_andItsBackward_agree() throws {
    for seed in seeds {
      let pool = PoolCase(seed: seed)
      var (shape, clamp) = (pool.shape, pool.stage)
      var builder = GraphBuilder()
      let x = builder.codes("x", pool.input, pool.x)
      builder.run(
        .averagePool2D(pool.window, pool.clamp), [x],
        [builder.value("y", pool.output, .int8, scale: 1)])
      var y = [Int8](repeating: 99, count: pool.output.reduce(1, *))
      average_pool2d_s8(&shape, &clamp, pool.x, &y)
      try check(builder.graph, [littleEndian(y)], seed: seed)

      let smallest = pool.window.smallestCells(
        outputHeight: pool.output[1], outputWidth: pool.output[2], mapHeight: pool.input[1],
        mapWidth: pool.input[2])
      let factor = FixedPointFactor(1 / Double(smallest))
      var stage = error_stage(
        prescale_q15: nil, multiplier: factor.multiplier, shift: factor.shift, limit: 32767)
      var dx = [Int16](repeating: 99, count: pool.x.count)
      var ranges = pool.ranges
      var dyRange = ranges[0]
      average_pool2d_s8_backward(&shape, &stage, pool.dy, &dyRange, &dx, &ranges[1])
      try check(
        pool.backward(.averagePool2DBackward(pool.window)), [littleEndian(dx)], ranges, seed: seed)
    }
  }

  @Test func maxPool_andItsBackward_agree() throws {
    for seed in seeds {
      let pool = PoolCase(seed: seed)
      var (shape, clamp) = (pool.shape, pool.stage)
      let cells = pool.output.reduce(1, *)
      var builder = GraphBuilder()
      let x = builder.codes("x", pool.input, pool.x)
      let outputs = [
        builder.value("y", pool.output, .int8, scale: 1), builder.value("index", pool.output, .uint8),
      ]
      builder.run(.maxPool2D(pool.window, pool.clamp), [x], outputs)
      var y = [Int8](repeating: 99, count: cells)
      var index = [UInt8](repeating: 99, count: cells)
      max_pool2d_s8(&shape, &clamp, pool.x, &y, &index)
      try check(builder.graph, [littleEndian(y), index], seed: seed)

      var dx = [Int16](repeating: 99, count: pool.x.count)
      var ranges = pool.ranges
      var dyRange = ranges[0]
      max_pool2d_s8_backward(&shape, 32767, pool.dy, &dyRange, index, &dx, &ranges[1])
      try check(
        pool.backward(.maxPool2DBackward(pool.window), index: index), [littleEndian(dx)], ranges,
        seed: seed)
    }
  }

  @Test func mean_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let input = (0..<random.int(1...4)).map { _ in random.int(1...9) }
      let ends = [random.int(0...input.count), random.int(0...input.count)].sorted()
      let reduction = Reduction(shape: input, dimensions: ends[0]..<ends[1])
      let means = reduction.outer * reduction.inner
      let codes = random.codes(input.reduce(1, *))
      let scales = (random.scale(-8, 0), random.scale(-8, 0))
      let zeroPoints = (Int32(random.int8()), Int32(random.int8()))
      var builder = GraphBuilder()
      let x = builder.codes("x", input, codes, scale: scales.0, zeroPoint: zeroPoints.0)
      let y = builder.value("y", [1, means], .int8, scale: scales.1, zeroPoint: zeroPoints.1)
      builder.run(.mean(dimensions: ends[0]..<ends[1]), [x], [y])
      let constants = MeanConstants(
        inputScale: scales.0, outputScale: scales.1, count: reduction.count)
      var shape = mean_shape(
        outer: Int32(reduction.outer), count: Int32(reduction.count), inner: Int32(reduction.inner))
      var stage = mean_stage(
        input_zero_point: zeroPoints.0, output_zero_point: zeroPoints.1,
        multiplier: constants.multiplier.multiplier, left_shift: constants.multiplier.leftShift)
      var computed = [Int8](repeating: 99, count: means)
      mean_s8(&shape, &stage, codes, &computed)
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }
}
