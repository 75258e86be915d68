import GraphIR

extension EmissionContext {
  mutating func add(_ operation: Operation, _ name: String, _ clamp: Clamp, subtracts: Bool) -> EmittedCall {
    include("add.h")
    let (a, b, y) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    let terms = AddTerms(quantization(a), quantization(b), outputScale: scale(y), subtracts: subtracts)
    let stage = constant(
      "struct add_stage", name + "_stage",
      [
        ".a_unit = \(terms.unit)", ".b_terms = \(array("int32_t", name + "_terms", terms.terms))",
        ".output_zero_point = \(zeroPoint(y))", ".output_multiplier = \(terms.output.multiplier)",
        ".output_left_shift = \(terms.output.leftShift)", ".minimum = \(clamp.minimum)", ".maximum = \(clamp.maximum)",
      ])
    let (exact, rounded) = terms.swaps ? (b, a) : (a, b)
    guard graph[a].elementCount == graph[b].elementCount else {
      let shape = broadcastShape(name, exact, rounded, y)
      return EmittedCall("add_broadcast_s8", [shape, "&" + stage, data(exact), data(rounded), data(y)])
    }
    return EmittedCall("add_s8", ["\(elementCount(y))", "&" + stage, data(exact), data(rounded), data(y)])
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
