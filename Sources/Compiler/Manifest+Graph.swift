import ArtifactManifest
import FoundationEssentials
import GraphIR
import Interpreter
import MemoryPlanning

extension ArtifactManifest.Hashes {
  init(model: [UInt8], planText: String, graph: Graph, layout: ArenaLayout) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var semantics = Digest64("semantics \(Semantics.version)".utf8)
    semantics.update(try encoder.encode(graph))
    semantics.update(graph.data)
    let tensors = layout.offsets().sorted { $0.key < $1.key }.map { "\($0.key.index) at \($0.value)" }
    let scratch = layout.scratchOffsets().sorted { $0.key < $1.key }.map { "scratch \($0.key) at \($0.value)" }
    let streams = layout.streams.map { "rows of \($0.operations): \($0.maps.map { "\($0.tensor.index) * \($0.capacity)" })" }
    let places = (tensors + scratch + streams).joined(separator: "\n")
    self.init(
      model: HexDigest(Digest64(model).value), plan: HexDigest(Digest64(planText.utf8).value),
      semantics: HexDigest(semantics.value), layout: HexDigest(Digest64("\(layout.bytes)\n\(places)".utf8).value))
  }
}

extension ArtifactManifest.Input {
  package init(_ graph: Graph) {
    let tensor = graph[graph.input]
    self.init(
      shape: tensor.shape, bytes: tensor.byteCount, scale: tensor.quantization?.scales.first ?? 1,
      zeroPoint: Int(tensor.quantization?.zeroPoint ?? 0))
  }
}

extension ArtifactManifest.Output {
  package init(_ graph: Graph) {
    let tensor = graph[graph.output]
    self.init(
      classCount: tensor.elementCount, scale: tensor.quantization?.scales.first ?? 1,
      zeroPoint: Int(tensor.quantization?.zeroPoint ?? 0))
  }
}

extension ArtifactManifest.Loss {
  package init(_ graph: Graph) {
    let kind: Kind
    switch graph.loss {
    case .crossEntropy, nil: kind = .crossEntropy
    case .softCrossEntropy: kind = .softCrossEntropy
    case .meanSquaredError: kind = .meanSquaredError
    case .reconstruction: kind = .reconstruction
    }
    self.init(kind: kind, targetBytes: 2 * graph.targetCount)
  }
}

extension Graph {
  /// `loss: cross-entropy of accumulators`: what the plan's text says of the loss.
  var lossText: String {
    let readsCodes = operations.contains { if case .centerCodes = $0.kind { true } else { false } }
    return "loss: \(loss?.rawValue ?? "none") of \(readsCodes ? "codes" : "accumulators")"
  }
}

extension ArtifactManifest.Segment {
  /// The training state of a graph, in digest order.
  static func all(of graph: Graph) -> [ArtifactManifest.Segment] {
    let state = StateLayout(graph)
    return [
      .init(kind: .header, bytes: StateLayout.headerBytes), .init(kind: .ranges, bytes: state.rangesBytes),
      .init(kind: .biases, bytes: state.biases.bytes), .init(kind: .weights, bytes: state.weights.bytes),
      .init(kind: .residuals, bytes: state.residuals.bytes),
      .init(kind: .velocities, bytes: state.velocities.bytes), .init(kind: .counters, bytes: state.countersBytes),
    ]
  }
}

extension ArtifactManifest.Memory {
  /// An allowance for kernels and runtime; `fieldtune build` measures what they take.
  private static let codeBytes = 64 * 1024

  init(_ graph: Graph, _ layout: ArenaLayout, _ board: BoardBudget) {
    let state = StateLayout(graph)
    let constants = graph.flashConstants().reduce(0) { $0 + $1.bytes.count }
    // A target lies beside the link, one for the sample in the arena and one for each slot.
    let targetBytes = 2 * graph.targetCount
    let sampleBytes = graph[graph.input].byteCount + targetBytes
    let linkBytes = board.linkBytes + targetBytes
    let stepBytes = layout.bytes + state.totalBytes + board.stackBytes + linkBytes
    let sampleSlots = board.sampleSlots(of: sampleBytes, beside: stepBytes)
    self.init(
      arenaBytes: layout.bytes, arenaLowerBoundBytes: layout.lowerBoundBytes, stateBytes: state.totalBytes,
      stackBytes: board.stackBytes, linkBytes: linkBytes, sampleSlots: sampleSlots,
      sampleSlotBytes: sampleSlots * sampleBytes,
      flashBytes: Self.codeBytes + graph.operations.map(graph.tableBytes).reduce(0, +) + constants + state.biases.bytes + state.weights.bytes)
  }
}

extension Graph {
  /// At most the constants that an operation's call takes besides its operands: a number of bytes for each output channel, and its
  /// shape and stage.
  func tableBytes(of operation: Operation) -> Int {
    func channels(_ id: TensorID) -> Int { self[id].shape.last ?? 1 }
    return switch operation.kind {
    case .conv2D, .depthwiseConv2D, .fullyConnected, .requantize: 128 + 5 * channels(operation.outputs[0])
    case .conv2DBackwardInput, .depthwiseConv2DBackwardInput, .fullyConnectedBackwardInput: 128 + 2 * channels(operation.inputs[0])
    case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights: 128 + 6 * channels(operation.inputs[1])
    case .updateBias: 64 + 6 * channels(operation.inputs[0])
    case .softmaxCrossEntropy, .softCrossEntropy, .meanSquaredError: 128 + 8 * channels(operation.inputs[0])
    case .selectChannels(let channels), .selectErrorChannels(let channels): 64 + 2 * channels.count
    case .add, .subtract, .lookup, .lookupBackward: 128 + 256 * 4
    case .multiply, .averagePool2D, .maxPool2D, .mean, .pad, .slice, .transpose, .concatenate, .rescale, .softmax, .clampMask,
      .centerCodes, .averagePool2DBackward, .maxPool2DBackward, .broadcastBackward, .multiplyBackward, .maskError, .sumErrors,
      .sliceError, .spreadError, .transposeError, .reshape, .reshapeError, .updateRanges:
      128
    }
  }

  /// Layers whose updates are counted, in the order of the counters.
  func trainedLayers() -> [ArtifactManifest.TrainedLayer] {
    StateLayout(self).countedLayers.map { layer in
      let updates = operations.filter { $0.layer == layer }
      let trained = updates.compactMap { $0.kind.stateOperands(of: $0.inputs).first }
      return .init(name: layers[layer].name, parameters: trained.reduce(0) { $0 + self[$1].elementCount })
    }
  }

  /// What training changes, and where it stands in the state and in the model file.
  func trainedTensors() -> [ArtifactManifest.TrainedTensor] {
    let state = StateLayout(self)
    var offsets: [TensorID: Int] = [:]
    for segment in [state.biases, state.weights] {
      for (id, offset) in zip(segment.tensors, segment.offsets) { offsets[id] = offset }
    }
    var result: [ArtifactManifest.TrainedTensor] = []
    for operation in operations where operation.kind.isLayer {
      guard let layer = operation.layer.map({ layers[$0] }), let weighting = operation.kind.weighting else { continue }
      if let plane = weighting.planes(operation.inputs).trained, let offset = offsets[plane] {
        result.append(
          .init(
            kind: .weights, name: layer.weights.name, layer: layer.name,
            rows: self[plane].elementCount / weighting.trainedChannels, channels: weighting.channels,
            trainedChannels: weighting.trainedChannels, fractionBits: 0, segmentOffset: offset,
            fileOffset: layer.weights.dataOffset, fileBytes: layer.weights.dataBytes,
            channelIndices: layer.channelOrder.map { Array($0.prefix(weighting.trainedChannels)) }))
      }
      if let bias = operation.inputs.last, let offset = offsets[bias], let place = layer.bias {
        let count = self[bias].elementCount
        result.append(
          .init(
            kind: .bias, name: place.name, layer: layer.name, rows: 1, channels: count, trainedChannels: count,
            fractionBits: weighting.biasFractionBits, segmentOffset: offset, fileOffset: place.dataOffset,
            fileBytes: place.dataBytes, channelIndices: operation.kind.isDepthwise ? layer.channelOrder : nil))
      }
    }
    return result
  }
}

extension OperationKind {
  fileprivate var isDepthwise: Bool {
    if case .depthwiseConv2D = self { true } else { false }
  }
}

extension ArtifactManifest.Golden {
  /// One step of the interpreter on a sample of pseudo-random codes, with learning rate 2^-6.
  init(of graph: Graph) throws {
    let count = graph[graph.input].elementCount
    let rate = StepRate(mantissa: 1 << 30, shift: 36)
    var random: UInt32 = 0x2545_f491
    let input = (0..<count).map { _ -> Int8 in
      random = random &* 1_664_525 &+ 1_013_904_223
      return Int8(truncatingIfNeeded: random >> 24)
    }
    let target = StepTarget(values: (0..<graph.targetCount).map { Int16($0 % 16 << 10) })
    let step = try TrainingStepInterpreter(graph: graph)
    step.reset(seed: 1)
    let outcome = step.train(input: input, target: target, update: StepUpdate(rate: rate))
    var digest = Digest64()
    for segment in step.segmentBytes() { digest.update(segment) }
    self.init(
      input: Data(input.map { UInt8(bitPattern: $0) }).base64EncodedString(), label: target.label,
      target: Data(target.values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
        .base64EncodedString(), rateMantissa: rate.mantissa, rateShift: rate.shift, lossQ16: outcome.lossQ16, digest: HexDigest(digest.value))
  }
}
