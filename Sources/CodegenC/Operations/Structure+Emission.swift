import GraphIR

extension EmissionContext {
  /// A padding, slice or transpose of codes or errors.
  mutating func stridedCopy(_ operation: Operation, _ name: String) -> EmittedCall {
    let (source, target) = (operation.inputs[0], operation.outputs[0])
    let shape = stridedCopyShape(operation, name)
    let count = "\(graph[target].elementCount)"
    switch operation.kind {
    case .pad:
      return EmittedCall(
        "strided_spread_s8", ["&" + shape, count, "\(zeroPoint(target))", data(source), data(target)])
    case .spreadError:
      return EmittedCall("strided_spread_s16", ["&" + shape, count, data(source), data(target)])
    default:
      let function = graph[target].element == .int16 ? "strided_copy_s16" : "strided_copy_s8"
      return EmittedCall(function, ["&" + shape, data(source), data(target)])
    }
  }

  private mutating func stridedCopyShape(_ operation: Operation, _ name: String) -> String {
    include("strided_copy.h")
    let copy = operation.stridedCopy(in: graph)
    func list(_ values: [Int]) -> String { "{\(values.map(String.init).joined(separator: ", "))}" }
    return constant(
      "struct strided_copy", name + "_copy",
      [
        ".extent = \(list(copy.extents))", ".source_stride = \(list(copy.sourceStrides))",
        ".target_stride = \(list(copy.targetStrides))", ".source_start = \(copy.sourceStart)",
        ".target_start = \(copy.targetStart)",
      ])
  }

  mutating func concatenate(_ operation: Operation, _ name: String, _ axis: Int) -> EmittedCall {
    include("concatenate.h")
    let concatenation = Concatenation(shapes: operation.inputs.map { graph[$0].shape }, axis: axis)
    let run = array("int32_t", name + "_run", concatenation.runs)
    let shape = constant(
      "struct concatenate_shape", name + "_shape",
      [".rows = \(concatenation.rows)", ".input_count = \(operation.inputs.count)", ".run = \(run)"])
    let inputs = operation.inputs.map { data($0) }.joined(separator: ", ")
    return EmittedCall(
      "concatenate_s8", ["&" + shape, "(const int8_t *const[]){\(inputs)}", data(operation.outputs[0])])
  }

  mutating func rescale(_ operation: Operation, _ name: String) -> EmittedCall {
    include("rescale.h")
    let (x, y) = (operation.inputs[0], operation.outputs[0])
    let multiplier = RescaleConstants(inputScale: scale(x), outputScale: scale(y)).multiplier
    let stage = constant(
      "struct rescale_stage", name + "_stage",
      [
        ".input_zero_point = \(zeroPoint(x))", ".output_zero_point = \(zeroPoint(y))",
        ".multiplier = \(multiplier.multiplier)", ".left_shift = \(multiplier.leftShift)",
      ])
    return EmittedCall("rescale_s8", ["\(graph[y].elementCount)", "&" + stage, data(x), data(y)])
  }
}
