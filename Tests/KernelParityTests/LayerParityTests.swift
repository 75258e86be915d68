import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Layers with weights: the C kernel leaves the interpreter's bytes, ranges and counts.
@Suite struct LayerParityTests {
  @Test(arguments: LayerCase.Kind.allCases)
  func randomLayers_agreeInEveryByte(_ kind: LayerCase.Kind) throws {
    for seed in 0..<1500 as Range<UInt64> {
      try check(LayerCase(kind: kind, seed: seed), seed: seed)
    }
  }

  /// Windows of up to 7 x 7 on maps of several bands of rows.
  @Test func largeDepthwiseLayers_agreeInEveryByte() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let window = random.window(dilated: false, largest: 7)
      let map = [random.int(1...20), random.int(1...36)]
      let layer = LayerCase(kind: .depthwise, window: window, map: map, cells: nil, random: &random)
      try check(layer, seed: seed)
    }
  }

  @Test(arguments: [LayerCase.Kind.convolution, .dense])
  func wideLayers_agreeInEveryByte(_ kind: LayerCase.Kind) throws {
    for seed in 0..<400 as Range<UInt64> {
      try check(LayerCase(wide: kind, seed: seed), seed: seed)
    }
  }

  /// Steps of every size, from none to those that leave 32 bits.
  @Test func denseUpdatesOverOneRow_agreeInEveryByte() throws {
    for seed in 0..<2500 as Range<UInt64> {
      try check(LayerCase(oneRow: seed), seed: seed, actions: [.updateWeights])
    }
  }

  /// All windows of up to 3 x 1 on maps of up to 4 x 2 cells, with every padding and output size they allow.
  @Test(arguments: [LayerCase.Kind.convolution, .depthwise])
  func smallWindows_agreeExhaustively(_ kind: LayerCase.Kind) throws {
    var random = SplitMix64(seed: 7)
    var count: UInt64 = 0
    for kernel in 1...3 {
      for stride in 1...3 {
        for dilation in 1...2 {
          for pad in 0...(kernel - 1) * dilation {
            for extent in 1...4 {
              for cells in 1...(extent - 1 + pad) / stride + 1 {
                let tall = Window(
                  kernelHeight: kernel, kernelWidth: 1, strideHeight: stride,
                  dilationHeight: dilation, padTop: pad)
                let wide = Window(
                  kernelHeight: 1, kernelWidth: kernel, strideWidth: stride,
                  dilationWidth: dilation, padLeft: pad)
                let layers = [
                  LayerCase(kind: kind, window: tall, map: [extent, 2], cells: [cells, 2], random: &random),
                  LayerCase(kind: kind, window: wide, map: [2, extent], cells: [2, cells], random: &random),
                ]
                for layer in layers { try check(layer, seed: count) }
                count += 1
              }
            }
          }
        }
      }
    }
    #expect(count > 200)
  }

  private func check(
    _ layer: LayerCase, seed: UInt64, actions: [LayerCase.Action] = LayerCase.Action.allCases
  ) throws {
    var random = SplitMix64(seed: ~seed)
    for action in actions {
      if action == .updateWeights && layer.weighting.trainedChannels == 0 { continue }
      let order = UpdateOrder(&random, for: layer.rule)
      let interpreted = try interpret(layer, action, order)
      let computed = layer.kernelResult(action, order: order)
      let graph = layer.graph(action)
      #expect(graph.scratchBytes(of: graph.operations[0]) == layer.scratchBytes(action), "\(layer.kind) \(action), seed \(seed)")
      #expect(computed == interpreted, "\(layer.kind) \(action), seed \(seed): \(layer.window)")
    }
  }

  private func interpret(
    _ layer: LayerCase, _ action: LayerCase.Action, _ order: UpdateOrder
  ) throws -> KernelResult {
    let graph = layer.graph(action)
    let interpreter = try TrainingStepInterpreter(graph: graph)
    interpreter.reset(seed: order.seed)
    let counts = interpreter.run(operation: 0, update: order.interpreted)
    let operation = graph.operations[0]
    let written = operation.outputs + operation.kind.stateOperands(of: operation.inputs)
    return KernelResult(
      bytes: written.map(interpreter.bytes(of:)),
      ranges: action == .backwardInput ? interpreter.ranges.map(\.words) : [],
      saturated: counts.saturated, unchanged: counts.unchanged)
  }
}

extension ErrorRangeState {
  var words: [Int32] { [exponent, held, observed] }
}
