import GraphIR
import Interpreter

/// Gradients with errors in real numbers: the backward pass of the float twin on the codes, masks and indices that the
/// interpreter computed. What is left against PyTorch is not the number format's doing.
struct FullPrecisionGradients {
  /// Real gradients of every trained tensor.
  let gradients: [TensorID: [Double]]

  /// - Parameter interpreter: has run the sample with its initial weights.
  init(_ interpreter: TrainingStepInterpreter, label: Int) throws {
    let graph = interpreter.graph
    var twin = try FloatTwin(graph: graph)
    for operation in graph.operations where operation.kind.phase == .forward {
      for output in operation.outputs { twin[output] = Self.reals(of: output, madeBy: operation, interpreter) }
    }
    twin[graph.input] = Self.reals(of: graph.input, madeBy: nil, interpreter)
    for (index, operation) in graph.operations.enumerated() where operation.kind.phase != .forward {
      twin.run(operation: index, target: StepTarget(label: label))
    }
    gradients = twin.gradients
  }

  private static func reals(
    of id: TensorID, madeBy operation: Operation?, _ interpreter: TrainingStepInterpreter
  ) -> [Double] {
    let tensor = interpreter.graph[id]
    let integers = interpreter.values(of: id)
    if let quantization = tensor.quantization {
      return integers.map { quantization.scale(0) * Double($0 - quantization.zeroPoint) }
    }
    guard tensor.element == .int32, let weighting = operation?.kind.weighting else { return integers.map(Double.init) }
    let channels = tensor.shape.last ?? 1
    return integers.enumerated().map {
      Double($1) * Double(weighting.inputScale) * weighting.weightScale($0 % channels)
    }
  }
}
