import GraphIR

extension EmissionContext {
  mutating func multiply(_ operation: Operation, _ name: String, _ clamp: Clamp) -> EmittedCall {
    include("multiply.h")
    let (a, b, y) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let factor = QuantizedMultiplier(productOf: scale(a), scale(b), outputScale: scale(y))
    let stage = constant(
      "struct multiply_stage", name + "_stage",
      [
        ".a_zero_point = \(zeroPoint(a))", ".b_zero_point = \(zeroPoint(b))",
        ".output_zero_point = \(zeroPoint(y))", ".multiplier = \(factor.multiplier)",
        ".left_shift = \(factor.leftShift)", ".minimum = \(clamp.minimum)", ".maximum = \(clamp.maximum)",
      ])
    return EmittedCall("multiply_s8", [broadcastShape(name, a, b, y), "&" + stage, data(a), data(b), data(y)])
  }

  mutating func multiplyBackward(_ operation: Operation, _ name: String) -> EmittedCall {
    include("multiply.h")
    let (error, factor, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let shape = gradientShape(name, output, factor, error)
    let stage = errorStage(name, prescale: nil, factor: FixedPointFactor(Double(scale(factor))), output: output)
    return EmittedCall(
      "multiply_s8_backward",
      [
        shape, "&" + stage, "\(zeroPoint(factor))", data(error), range(error), data(factor), data(output), range(output),
      ])
  }

  mutating func broadcastBackward(_ operation: Operation, _ name: String, negated: Bool) -> EmittedCall {
    include("multiply.h")
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let shape = gradientShape(name, output, error, error)
    let stage = errorStage(name, prescale: nil, factor: FixedPointFactor(1), output: output)
    return EmittedCall(
      "broadcast_s16_backward",
      [shape, "&" + stage, negated ? "-1" : "1", data(error), range(error), data(output), range(output)])
  }

  /// The address of the loops over `y`.
  mutating func broadcastShape(_ name: String, _ a: TensorID, _ b: TensorID, _ y: TensorID) -> String {
    let loops = broadcast(a, b, y)
    let shape = constant(
      "struct broadcast_shape", name + "_shape",
      [".extent = \(list(loops.extents))", ".a_step = \(list(loops.aSteps))", ".b_step = \(list(loops.bSteps))"])
    return "&" + shape
  }

  /// The address of the loops of the gradient of `x`, one factor of a product (or term of a sum) of y's shape.
  private mutating func gradientShape(
    _ name: String, _ x: TensorID, _ factor: TensorID, _ y: TensorID
  ) -> String {
    let loops = BroadcastGradient(broadcast(x, factor, y))
    let shape = constant(
      "struct broadcast_gradient_shape", name + "_shape",
      [
        ".kept = \(list(loops.kept.map(\.extent)))", ".kept_output_step = \(list(loops.kept.map(\.outputStep)))",
        ".kept_factor_step = \(list(loops.kept.map(\.factorStep)))", ".summed = \(list(loops.summed.map(\.extent)))",
        ".summed_output_step = \(list(loops.summed.map(\.outputStep)))",
        ".summed_factor_step = \(list(loops.summed.map(\.factorStep)))",
      ])
    return "&" + shape
  }

  private func broadcast(_ a: TensorID, _ b: TensorID, _ y: TensorID) -> Broadcast {
    guard let loops = Broadcast(graph[a].shape, graph[b].shape, output: graph[y].shape) else {
      preconditionFailure("'\(graph[a].name)' and '\(graph[b].name)' do not make '\(graph[y].name)'")
    }
    return loops
  }

  private func list(_ values: [Int]) -> String { "{\(values.map(String.init).joined(separator: ", "))}" }
}
