/// One step of the program: which kernel runs on which tensors.
package struct Operation: Hashable, Sendable, Codable {
  /// Unique in the graph, derived from the model's own names.
  package var name: String
  package var kind: OperationKind
  package var inputs: [TensorID]
  package var outputs: [TensorID]
  /// Index into `Graph.layers` of the layer this belongs to, for plans and reports.
  package var layer: Int?

  package init(
    name: String, kind: OperationKind, inputs: [TensorID], outputs: [TensorID], layer: Int? = nil
  ) {
    self.name = name
    self.kind = kind
    self.inputs = inputs
    self.outputs = outputs
    self.layer = layer
  }
}

/// What an operation computes. Operands by position; `Graph+Verifier` holds every rule.
///
/// `weights` below stands for the planes that exist, in this order: the trained plane (input channels
/// 0..<trainedChannels, storage `.state`) when trainedChannels > 0, then the frozen plane (the other
/// channels, storage `.constant`) when any remain. Semantics: Sources/Interpreter/SEMANTICS.md.
package enum OperationKind: Hashable, Sendable, Codable {
  // Forward.
  /// [x, weights…, bias] -> [y]. x (1,H,W,I) int8, weights (O,KH,KW,·) int8, y (1,OH,OW,O) int8 or int32 (accumulators).
  case conv2D(Window, Weighting)
  /// [x, weights…, bias] -> [y]. weights (1,KH,KW,·); output channel o reads input channel o / multiplier.
  case depthwiseConv2D(Window, Weighting, multiplier: Int)
  /// [x, weights…, bias] -> [y]. x any shape with rows of I elements, weights (O,·), y (rows,O) int8 or int32.
  case fullyConnected(Weighting)
  /// [a, b] -> [y], all int8: a + b. Operands are repeated along the dimensions in which y is larger (`Broadcast`).
  case add(Clamp)
  /// [a, b] -> [y]: a - b, otherwise as `add`.
  case subtract(Clamp)
  /// [a, b] -> [y]: a · b, otherwise as `add`.
  case multiply(Clamp)
  /// [x] -> [y], int8 of one shape: a function of each element, through a table of 256 codes (`LookupTable`).
  case lookup(UnaryFunction)
  /// [x] -> [y], TFLite's rules: padding does not count.
  case averagePool2D(Window, Clamp)
  /// [x] -> [y] or [y, index]: index uint8 of y's shape, position within the window (row * KW + column) of the first maximum.
  case maxPool2D(Window, Clamp)
  /// [x] -> [y]: mean over neighbouring dimensions of x; y has the elements that remain, under any shape.
  case mean(dimensions: Range<Int>)
  /// [x] -> [y]: zero points around; `before[d]` elements in front of dimension d.
  case pad(before: [Int])
  /// [x (…,C)] -> [y (…,k)] of the same quantization: y[p,j] = x[p, channels[j]].
  case selectChannels([Int])
  /// [x] -> [y]: the same bytes.
  case reshape
  /// [a, b, …] -> [y]: one behind the other along `axis`; all int8 of one quantization.
  case concatenate(axis: Int)
  /// [x] -> [y]: y[q] = x[begin + q·strides], one entry for each dimension; one quantization.
  case slice(begin: [Int], strides: [Int])
  /// [x] -> [y]: dimension d of y is dimension permutation[d] of x; one quantization.
  case transpose(permutation: [Int])
  /// [x] -> [y]: the same reals under another scale and zero point.
  case rescale
  /// [x] -> [y]: int8 softmax over the last dimension.
  case softmax(beta: Float)
  /// [accumulators int32 (1,O)] -> [y int8 (1,O)]: the requantization of a head that was split off its
  /// accumulators, rounded as that operation rounds. `accumulatorScales`: real value of one accumulator unit, for each channel.
  case requantize(accumulatorScales: [Double], Clamp, rounding: RequantizationRounding)
  /// [y int8] -> [mask bit]: bit = clamp.minimum < y < clamp.maximum.
  case clampMask(Clamp)

  /// [y int8] -> [y - zero point, int32]: what a loss reads that takes codes and no accumulators.
  case centerCodes

  // Loss.
  /// [logits int32 (1,C)] -> [error int16 (1,C)]: softmax cross-entropy against the label of the step; also
  /// yields the step's loss. `logitScales`: real value of one accumulator unit, one or C of them.
  case softmaxCrossEntropy(logitScales: [Double])
  /// The same against the values of the target: a distribution over the classes.
  case softCrossEntropy(logitScales: [Double])
  /// [y int32] or [y int32, x int8] -> [error int16 of y's shape]: the mean over all elements of (y - t)²; t is the target's values,
  /// or the sample x. Also yields the step's loss.
  case meanSquaredError(SquaredErrorScales)

  // Backward. `error` tensors are int16 with a range; weights as the forward operation reads them.
  /// [dy, weights…] -> [dx].
  case conv2DBackwardInput(Window, Weighting)
  case depthwiseConv2DBackwardInput(Window, Weighting, multiplier: Int)
  case fullyConnectedBackwardInput(Weighting)
  /// [dy] -> [dx].
  case averagePool2DBackward(Window)
  /// [dy, index] -> [dx].
  case maxPool2DBackward(Window)
  /// [dy] -> [dx]: dx[p,j] = dy[p, channels[j]], shares the range of dy. The gradient of a `selectChannels` that
  /// permutes, with the inverse permutation.
  case selectErrorChannels([Int])
  /// [dy] -> [dx]: the sum over the dimensions along which x was repeated, with its sign changed where x was subtracted.
  case broadcastBackward(negated: Bool)
  /// [dy, the other factor] -> [dx]: their product, summed over the dimensions along which x was repeated.
  case multiplyBackward
  /// [dy, x] -> [dx]: dy times the slope of the function at x (`SlopeTable`), 0 where it left the format of y.
  case lookupBackward(UnaryFunction, output: Quantization)
  /// [dy] -> [dx]: dx[q] = dy[begin + q·strides], shares the range of dy. Gradient of `pad` and `concatenate`.
  case sliceError(begin: [Int], strides: [Int])
  /// [dy] -> [dx]: dx[begin + q·strides] = dy[q], zeros elsewhere, shares the range of dy. Gradient of `slice`.
  case spreadError(begin: [Int], strides: [Int])
  /// [dy] -> [dx]: dimension d of dx is dimension permutation[d] of dy, shares the range of dy.
  case transposeError(permutation: [Int])
  /// [dy, mask] -> [dy masked]: shares the range of dy.
  case maskError
  /// [a, b] -> [a + b] in a range of its own.
  case sumErrors
  /// [dy] -> [dx]: the same mantissas under another shape, shares the range of dy.
  case reshapeError

  // Update. Outputs are empty: state changes in place.
  /// [x, dy, weight], then the residual plane of `WeightStorage.residual`, then the velocity plane where the rule
  /// has one: the trained plane only. x holds all channels that the forward operation reads, or the trained ones only.
  case conv2DUpdateWeights(Window, Weighting, UpdateRule)
  case depthwiseConv2DUpdateWeights(Window, Weighting, UpdateRule, multiplier: Int)
  case fullyConnectedUpdateWeights(Weighting, UpdateRule)
  /// [dy, bias], then the velocity plane where the rule has one.
  case updateBias(Weighting, UpdateRule)
  /// []: moves the exponent of every range that adapts, last operation of a step.
  case updateRanges
}

/// The units in which a mean squared error works.
package struct SquaredErrorScales: Hashable, Sendable, Codable {
  /// Real value of one unit of y, one or one for each channel.
  package var outputScales: [Double]
  /// Of the exported output, real = scale · (code - zeroPoint): the unit of differences and of the target's values.
  package var codeScale: Float
  package var codeZeroPoint: Int32

  package init(outputScales: [Double], codeScale: Float, codeZeroPoint: Int32) {
    self.outputScales = outputScales
    self.codeScale = codeScale
    self.codeZeroPoint = codeZeroPoint
  }
}

/// Position of a sliding window over height and width. Padding behind follows from the output's shape.
package struct Window: Hashable, Sendable, Codable {
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var strideHeight: Int
  package var strideWidth: Int
  package var dilationHeight: Int
  package var dilationWidth: Int
  package var padTop: Int
  package var padLeft: Int

  package init(
    kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1,
    dilationHeight: Int = 1, dilationWidth: Int = 1, padTop: Int = 0, padLeft: Int = 0
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

/// The fused activation as output codes: y = min(max(y, minimum), maximum).
package struct Clamp: Hashable, Sendable, Codable {
  package var minimum: Int32
  package var maximum: Int32

  package init(minimum: Int32 = -128, maximum: Int32 = 127) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// What every operation of a layer with weights has to know about them.
package struct Weighting: Hashable, Sendable, Codable {
  package var clamp: Clamp
  /// Scales of the weights, one or one for each output channel.
  package var weightScales: [Float]
  package var inputScale: Float
  /// Input channels of the whole layer (depthwise: output channels, which is what its planes divide).
  package var channels: Int
  /// The first channels of `channels`, which live in the trained plane; 0 when the weights are frozen.
  package var trainedChannels: Int
  /// Extra low bits of a trained bias: the accumulator starts at round(bias / 2^biasFractionBits).
  package var biasFractionBits: Int

  package init(
    clamp: Clamp, weightScales: [Float], inputScale: Float, channels: Int, trainedChannels: Int = 0,
    biasFractionBits: Int = 0
  ) {
    self.clamp = clamp
    self.weightScales = weightScales
    self.inputScale = inputScale
    self.channels = channels
    self.trainedChannels = trainedChannels
    self.biasFractionBits = biasFractionBits
  }

  /// The planes an operand list holds, in order.
  package var planeCount: Int { (trainedChannels > 0 ? 1 : 0) + (trainedChannels < channels ? 1 : 0) }

  package func weightScale(_ channel: Int) -> Double {
    Double(weightScales.count == 1 ? weightScales[0] : weightScales[channel])
  }
}
