import GraphIR

extension EmissionContext {
  mutating func add(_ operation: Operation, _ name: String, _ clamp: Clamp, subtracts: Bool) -> EmittedCall {
    include("add.h")
    let (a, b, y) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let constants = AddConstants(aScale: scale(a), bScale: scale(b), outputScale: scale(y), subtracts: subtracts)
    func fields(_ prefix: String, _ id: TensorID, _ multiplier: QuantizedMultiplier) -> [String] {
      [
        ".\(prefix)_zero_point = \(zeroPoint(id))", ".\(prefix)_multiplier = \(multiplier.multiplier)",
        ".\(prefix)_left_shift = \(multiplier.leftShift)",
      ]
    }
    let stage = constant(
      "struct add_stage", name + "_stage",
      fields("a", a, constants.a) + fields("b", b, constants.b) + fields("output", y, constants.output)
        + [".minimum = \(clamp.minimum)", ".maximum = \(clamp.maximum)"])
    guard graph[a].elementCount == graph[b].elementCount else {
      return EmittedCall("add_broadcast_s8", [broadcastShape(name, a, b, y), "&" + stage, data(a), data(b), data(y)])
    }
    return EmittedCall("add_s8", ["\(elementCount(y))", "&" + stage, data(a), data(b), data(y)])
  }

  mutating func sumErrors(_ operation: Operation) -> EmittedCall {
    include("add.h")
    let (a, b, sum) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    return EmittedCall(
      "sum_errors_s16",
      [
        "\(graph[sum].elementCount)", limit(sum), data(a), range(a), data(b), range(b), data(sum), range(sum),
      ])
  }
}
