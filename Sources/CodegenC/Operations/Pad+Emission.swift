import GraphIR

extension EmissionContext {
  mutating func pad(_ operation: Operation, _ name: String, _ before: [Int]) -> EmittedCall {
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let shape = padShape(name, before, inner: x, outer: y)
    return EmittedCall("pad_s8", ["&" + shape, "\(zeroPoint(y))", data(x), data(y)])
  }

  mutating func padBackward(_ operation: Operation, _ name: String, _ before: [Int]) -> EmittedCall {
    let (error, output) = (operation.inputs[0], operation.outputs[0])
    let shape = padShape(name, before, inner: output, outer: error)
    return EmittedCall("pad_s8_backward", ["&" + shape, data(error), data(output)])
  }

  private mutating func padShape(_ name: String, _ before: [Int], inner: TensorID, outer: TensorID) -> String {
    include("pad.h")
    func list(_ values: [Int]) -> String { "{\(values.map(String.init).joined(separator: ", "))}" }
    return constant(
      "struct pad_shape", name + "_shape",
      [
        ".input = \(list(graph[inner].shape))", ".output = \(list(graph[outer].shape))",
        ".before = \(list(before))",
      ])
  }
}
