import FirmwareKernels
import GraphIR

/// What a kernel leaves behind: bytes it wrote, ranges and counts.
struct KernelResult: Equatable {
  var bytes: [[UInt8]]
  var ranges: [[Int32]] = []
  var saturated = 0
  var unchanged = 0
}

/// Runs the C kernels on a case, with the constants the generated code would hold.
extension LayerCase {
  func kernelResult(_ action: Action, order: UpdateOrder) -> KernelResult {
    switch action {
    case .codes:
      var y = [Int8](repeating: 99, count: output.reduce(1, *))
      withForward { forwardCodes(&$0, $1, &y) }
      return KernelResult(bytes: [littleEndian(y)])
    case .codesByRows:
      var y = [Int8](repeating: 99, count: output.reduce(1, *))
      withForward { forwardRows(&$0, $1, &y) }
      return KernelResult(bytes: [littleEndian(y)])
    case .accumulators:
      var y = [Int32](repeating: 99, count: output.reduce(1, *))
      withForward { forwardAccumulators(&$0, $1, &y) }
      return KernelResult(bytes: [littleEndian(y)])
    case .backwardInput: return backwardResult()
    case .updateWeights: return updateWeightsResult(order)
    case .updateBias: return updateBiasResult(order)
    }
  }

  /// As the arena would hold it: not zero.
  private func scratchOf(_ elements: Int32) -> [Int16] { Array(repeating: 99, count: Int(elements)) }

  /// What the kernel's header says.
  func scratchBytes(_ action: Action) -> Int {
    guard action != .updateBias else { return 0 }
    switch kind {
    case .convolution:
      var shape = convolutionShape
      return 2 * Int(
        action == .backwardInput
          ? conv2d_backward_scratch(&shape)
          : action == .updateWeights ? conv2d_update_scratch(&shape) : conv2d_scratch(&shape))
    case .depthwise:
      var shape = depthwiseShape
      return 2 * Int(
        action == .backwardInput
          ? depthwise_conv2d_backward_scratch(&shape)
          : action == .updateWeights ? depthwise_conv2d_update_scratch(&shape) : depthwise_conv2d_scratch(&shape))
    case .dense:
      var shape = denseShape
      return 2 * Int(
        action == .backwardInput
          ? fully_connected_backward_scratch(&shape)
          : action == .updateWeights ? fully_connected_update_scratch(&shape) : fully_connected_scratch(&shape))
    }
  }

  private var outputChannels: Int { output[output.count - 1] }

  private var convolutionShape: conv2d_shape {
    conv2d_shape(
      input_height: Int32(input[1]), input_width: Int32(input[2]), input_channels: Int32(input[3]),
      output_height: Int32(output[1]), output_width: Int32(output[2]),
      output_channels: Int32(output[3]), kernel_height: Int32(window.kernelHeight),
      kernel_width: Int32(window.kernelWidth), stride_height: Int32(window.strideHeight),
      stride_width: Int32(window.strideWidth), dilation_height: Int32(window.dilationHeight),
      dilation_width: Int32(window.dilationWidth), pad_top: Int32(window.padTop),
      pad_left: Int32(window.padLeft), trained_channels: Int32(weighting.trainedChannels))
  }

  private var depthwiseShape: depthwise_conv2d_shape {
    depthwise_conv2d_shape(
      input_height: Int32(input[1]), input_width: Int32(input[2]), input_channels: Int32(input[3]),
      output_height: Int32(output[1]), output_width: Int32(output[2]),
      output_channels: Int32(output[3]), multiplier: Int32(multiplier),
      kernel_height: Int32(window.kernelHeight), kernel_width: Int32(window.kernelWidth),
      stride_height: Int32(window.strideHeight), stride_width: Int32(window.strideWidth),
      dilation_height: Int32(window.dilationHeight), dilation_width: Int32(window.dilationWidth),
      pad_top: Int32(window.padTop), pad_left: Int32(window.padLeft),
      trained_channels: Int32(weighting.trainedChannels))
  }

  private var denseShape: dense_shape {
    dense_shape(
      rows: Int32(input[0]), input_channels: Int32(input[1]), output_channels: Int32(output[1]),
      trained_channels: Int32(weighting.trainedChannels))
  }

  /// The frozen plane as the forward kernels read it.
  private var forwardFrozen: [Int8] {
    guard kind != .depthwise else { return frozen }
    return WeightPanels(rows: outputChannels, columns: frozen.count / outputChannels).packed(rowMajor: frozen)
  }

  /// The same as the gradient of the input reads it.
  private var backwardFrozen: [Int8] {
    guard kind == .convolution else { return frozen }
    let channels = weighting.channels - weighting.trainedChannels
    return WeightPanels.backward(
      frozen, shape: [outputChannels, window.kernelHeight, window.kernelWidth, channels])
  }

  /// The planes that exist; the kernels must not read the other one.
  private func withWeights(frozen: [Int8], _ body: (weights_s8) -> Void) {
    trained.withUnsafeBufferPointer { trained in
      frozen.withUnsafeBufferPointer { frozen in
        body(
          weights_s8(
            trained: trained.isEmpty ? nil : trained.baseAddress,
            frozen: frozen.isEmpty ? nil : frozen.baseAddress))
      }
    }
  }

  private func withForward(_ body: (inout output_stage, weights_s8) -> Void) {
    let factors = weighting.outputMultipliers(outputScale: yScale, count: outputChannels)
    factors.map(\.multiplier).withUnsafeBufferPointer { multiplier in
      factors.map { Int8($0.leftShift) }.withUnsafeBufferPointer { shift in
        var stage = output_stage(
          multiplier: multiplier.baseAddress, left_shift: shift.baseAddress,
          input_zero_point: xZeroPoint, output_zero_point: yZeroPoint,
          minimum: weighting.clamp.minimum, maximum: weighting.clamp.maximum,
          bias_fraction_bits: Int32(weighting.biasFractionBits))
        withWeights(frozen: forwardFrozen) { body(&stage, $0) }
      }
    }
  }

  private func forwardCodes(_ stage: inout output_stage, _ weights: weights_s8, _ y: inout [Int8]) {
    switch kind {
    case .convolution:
      var shape = convolutionShape
      var scratch = scratchOf(conv2d_scratch(&shape))
      conv2d_s8(&shape, &stage, x, weights, bias, &scratch, &y)
    case .depthwise:
      var shape = depthwiseShape
      var scratch = scratchOf(depthwise_conv2d_scratch(&shape))
      depthwise_conv2d_s8(&shape, &stage, x, weights, bias, &scratch, &y)
    case .dense:
      var shape = denseShape
      var scratch = scratchOf(fully_connected_scratch(&shape))
      fully_connected_s8(&shape, &stage, x, weights, bias, &scratch, &y)
    }
  }

  /// One output row a call, as a chain runs a layer.
  private func forwardRows(_ stage: inout output_stage, _ weights: weights_s8, _ y: inout [Int8]) {
    guard kind != .dense else { return forwardCodes(&stage, weights, &y) }
    let rows = row_stage(
      input_count: 1, inputs: (0, 0), output: 1,
      span: Int32((window.kernelHeight - 1) * window.dilationHeight + 1), stride: Int32(window.strideHeight),
      pad: Int32(window.padTop))
    var input = x
    input.withUnsafeMutableBytes { x in
      y.withUnsafeMutableBytes { y in
        let maps = [row_map(x.baseAddress, self.input, isMade: true), row_map(y.baseAddress, output, isMade: false)]
        var runner = RowStreamRunner(maps: maps, stages: [rows])
        runner.run { step in
          let input = step.input.0?.assumingMemoryBound(to: Int8.self)
          let output = step.output?.assumingMemoryBound(to: Int8.self)
          forwardRow(&stage, weights, step, input, output)
        }
      }
    }
  }

  private func forwardRow(
    _ stage: inout output_stage, _ weights: weights_s8, _ step: row_step, _ input: UnsafePointer<Int8>?,
    _ output: UnsafeMutablePointer<Int8>?
  ) {
    var (step, convolution, depthwise) = (step, convolutionShape, depthwiseShape)
    switch kind {
    case .convolution:
      var row = conv2d_row(&convolution, &step)
      var scratch = scratchOf(conv2d_scratch(&row))
      conv2d_s8(&row, &stage, input, weights, bias, &scratch, output)
    case .depthwise:
      var row = depthwise_conv2d_row(&depthwise, &step)
      var scratch = scratchOf(depthwise_conv2d_scratch(&row))
      depthwise_conv2d_s8(&row, &stage, input, weights, bias, &scratch, output)
    case .dense: break
    }
  }

  private func forwardAccumulators(
    _ stage: inout output_stage, _ weights: weights_s8, _ y: inout [Int32]
  ) {
    switch kind {
    case .convolution:
      var shape = convolutionShape
      var scratch = scratchOf(conv2d_scratch(&shape))
      conv2d_s8_accumulate(&shape, &stage, x, weights, bias, &scratch, &y)
    case .depthwise:
      var shape = depthwiseShape
      var scratch = scratchOf(depthwise_conv2d_scratch(&shape))
      depthwise_conv2d_s8_accumulate(&shape, &stage, x, weights, bias, &scratch, &y)
    case .dense:
      var shape = denseShape
      var scratch = scratchOf(fully_connected_scratch(&shape))
      fully_connected_s8_accumulate(&shape, &stage, x, weights, bias, &scratch, &y)
    }
  }

  private var ranges: [error_range] {
    [
      error_range(exponent: Int32(dyExponent), held: 0, observed: 0),
      error_range(exponent: Int32(dxExponent), held: 0, observed: 0),
    ]
  }

  private func backwardResult() -> KernelResult {
    var dx = [Int16](repeating: 99, count: input.reduce(1, *))
    var ranges = ranges
    let factor = weighting.inputErrorFactor
    weighting.prescaleQ15(count: outputChannels).withUnsafeBufferPointer { prescale in
      var stage = error_stage(
        prescale_q15: prescale.baseAddress, multiplier: factor.multiplier, shift: factor.shift,
        limit: (1 << 15) - 1)
      withWeights(frozen: backwardFrozen) { backward(&stage, $0, &ranges, &dx) }
    }
    return KernelResult(bytes: [littleEndian(dx)], ranges: ranges.map(\.words))
  }

  private func backward(
    _ stage: inout error_stage, _ weights: weights_s8, _ ranges: inout [error_range],
    _ dx: inout [Int16]
  ) {
    var dyRange = ranges[0]
    switch kind {
    case .convolution:
      var shape = convolutionShape
      var scratch = scratchOf(conv2d_backward_scratch(&shape))
      conv2d_s8_backward_input(&shape, &stage, dy, &dyRange, weights, &scratch, &dx, &ranges[1])
    case .depthwise:
      var shape = depthwiseShape
      var scratch = scratchOf(depthwise_conv2d_backward_scratch(&shape))
      depthwise_conv2d_s8_backward_input(&shape, &stage, dy, &dyRange, weights, &scratch, &dx, &ranges[1])
    case .dense:
      var shape = denseShape
      var scratch = scratchOf(fully_connected_backward_scratch(&shape))
      fully_connected_s8_backward_input(
        &shape, &stage, dy, &dyRange, weights, &scratch, &dx, &ranges[1])
    }
  }

  private func updateWeightsResult(_ order: UpdateOrder) -> KernelResult {
    var (weight, residual, velocity) = (trained, residual, velocity)
    var counts = update_counts()
    var update = order.update
    withUpdateStage(weighting.weightUpdateFactors(count: outputChannels, rule)) { stage in
      weight.withUnsafeMutableBufferPointer { weight in
        residual.withUnsafeMutableBufferPointer { residual in
          velocity.withUnsafeMutableBufferPointer { velocity in
            let planes = weight_planes(
              weight: weight.baseAddress, residual: rule.storage == .residual ? residual.baseAddress : nil,
              velocity: rule.hasVelocity ? velocity.baseAddress : nil,
              random_key: random_key(order.seed, 0, 1), rounds_randomly: rule.storage == .stochastic)
            updateWeights(&stage, &update, planes, &counts)
          }
        }
      }
    }
    let planes = [littleEndian(weight)] + (rule.storage == .residual ? [littleEndian(residual)] : [])
    return KernelResult(
      bytes: planes + (rule.hasVelocity ? [littleEndian(velocity)] : []), saturated: Int(counts.saturated),
      unchanged: Int(counts.unchanged))
  }

  private func updateWeights(
    _ stage: inout update_stage, _ update: inout step_update, _ planes: weight_planes, _ counts: inout update_counts
  ) {
    var range = ranges[0]
    switch kind {
    case .convolution:
      var shape = convolutionShape
      var scratch = scratchOf(conv2d_update_scratch(&shape))
      conv2d_s8_update_weights(&shape, &stage, &update, xZeroPoint, x, dy, &range, &scratch, planes, &counts)
    case .depthwise:
      var shape = depthwiseShape
      var scratch = scratchOf(depthwise_conv2d_update_scratch(&shape))
      depthwise_conv2d_s8_update_weights(&shape, &stage, &update, xZeroPoint, x, dy, &range, &scratch, planes, &counts)
    case .dense:
      var shape = denseShape
      var scratch = scratchOf(fully_connected_update_scratch(&shape))
      fully_connected_s8_update_weights(&shape, &stage, &update, xZeroPoint, x, dy, &range, &scratch, planes, &counts)
    }
  }

  private func updateBiasResult(_ order: UpdateOrder) -> KernelResult {
    var (bias, velocity) = (bias, biasVelocity)
    var counts = update_counts()
    var update = order.update
    var range = ranges[0]
    var shape = bias_shape(
      positions: Int32(dy.count / outputChannels), channels: Int32(outputChannels))
    withUpdateStage(weighting.biasUpdateFactors(count: outputChannels, rule)) { stage in
      velocity.withUnsafeMutableBufferPointer { velocity in
        bias_s32_update(
          &shape, &stage, &update, dy, &range, &bias, rule.hasVelocity ? velocity.baseAddress : nil, &counts)
      }
    }
    return KernelResult(
      bytes: [littleEndian(bias)] + (rule.hasVelocity ? [littleEndian(velocity)] : []),
      saturated: Int(counts.saturated), unchanged: Int(counts.unchanged))
  }

  private func withUpdateStage(
    _ factors: [FixedPointFactor], _ body: (inout update_stage) -> Void
  ) {
    factors.map(\.multiplier).withUnsafeBufferPointer { multiplier in
      factors.map { Int16($0.shift) }.withUnsafeBufferPointer { shift in
        var stage = update_stage(multiplier: multiplier.baseAddress, shift: shift.baseAddress)
        body(&stage)
      }
    }
  }
}

extension error_range {
  var words: [Int32] { [exponent, held, observed] }
}
