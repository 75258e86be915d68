import GraphIR

/// What the layers with weights have in common.
extension EmissionContext {
  /// Name without the part that tells the operations of one layer apart, so that they share constants.
  func layerName(_ operation: Operation, _ name: String) -> String {
    guard let layer = operation.layer else { return name }
    return CNames.identifier(graph.layers[layer].name) + "_\(layer)"
  }

  mutating func outputStage(_ operation: Operation, _ name: String, _ weighting: Weighting) -> String {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    guard graph[y].element == .int8 else {
      return constant(
        "struct output_stage", name + "_stage",
        [".input_zero_point = \(zeroPoint(x))", ".bias_fraction_bits = \(weighting.biasFractionBits)"])
    }
    let count = graph[y].shape.last ?? 1
    let multipliers = weighting.outputMultipliers(outputScale: scale(y), count: count)
    return outputStage(
      name, multipliers, zeroPoint(x), zeroPoint(y), weighting.clamp, fractionBits: weighting.biasFractionBits)
  }

  mutating func outputStage(
    _ name: String, _ multipliers: [QuantizedMultiplier], _ inputZeroPoint: Int32, _ outputZeroPoint: Int32,
    _ clamp: Clamp, fractionBits: Int
  ) -> String {
    let multiplier = array("int32_t", name + "_multiplier", multipliers.map(\.multiplier))
    let shift = array("int8_t", name + "_left_shift", multipliers.map(\.leftShift))
    return constant(
      "struct output_stage", name + "_stage",
      [
        ".multiplier = \(multiplier)", ".left_shift = \(shift)", ".input_zero_point = \(inputZeroPoint)",
        ".output_zero_point = \(outputZeroPoint)", ".minimum = \(clamp.minimum)", ".maximum = \(clamp.maximum)",
        ".bias_fraction_bits = \(fractionBits)",
      ])
  }

  /// Constants of an input gradient through weights.
  mutating func errorStage(_ operation: Operation, _ name: String, _ weighting: Weighting) -> String {
    let count = graph[operation.inputs[0]].shape.last ?? 1
    let prescale = array("uint16_t", name + "_prescale", weighting.prescaleQ15(count: count))
    return errorStage(
      name, prescale: prescale, factor: weighting.inputErrorFactor, output: operation.outputs[0])
  }

  mutating func errorStage(
    _ name: String, prescale: String?, factor: FixedPointFactor, output: TensorID
  ) -> String {
    let fields =
      (prescale.map { [".prescale_q15 = \($0)"] } ?? []) + [
        ".multiplier = \(factor.multiplier)", ".shift = \(factor.shift)", ".limit = \(limit(output))",
      ]
    return constant("struct error_stage", name + "_error_stage", fields)
  }

  mutating func updateStage(_ name: String, _ factors: [FixedPointFactor]) -> String {
    let multiplier = array("int32_t", name + "_multiplier", factors.map(\.multiplier))
    let shift = array("int16_t", name + "_shift", factors.map(\.shift))
    return constant("struct update_stage", name, [".multiplier = \(multiplier)", ".shift = \(shift)"])
  }

  /// Arguments of every weight update behind shape and stage.
  func updateArguments(_ operation: Operation, _ rule: UpdateRule, _ position: Int) -> [String] {
    let (x, error) = (operation.inputs[0], operation.inputs[1])
    return [
      "update", "\(zeroPoint(x))", data(x), data(error), range(error), scratch(at: position),
      planes(Array(operation.inputs[2...]), rule), counts(operation),
    ]
  }

  /// Fields that all window shapes share, in the order of the kernels' structs.
  func mapFields(x: TensorID, y: TensorID) -> [String] {
    let (input, output) = (graph[x].shape, graph[y].shape)
    return [
      ".input_height = \(input[1])", ".input_width = \(input[2])", ".input_channels = \(input[3])",
      ".output_height = \(output[1])", ".output_width = \(output[2])", ".output_channels = \(output[3])",
    ]
  }

  func windowFields(_ window: Window) -> [String] {
    [
      ".kernel_height = \(window.kernelHeight)", ".kernel_width = \(window.kernelWidth)",
      ".stride_height = \(window.strideHeight)", ".stride_width = \(window.strideWidth)",
      ".dilation_height = \(window.dilationHeight)", ".dilation_width = \(window.dilationWidth)",
      ".pad_top = \(window.padTop)", ".pad_left = \(window.padLeft)",
    ]
  }
}
