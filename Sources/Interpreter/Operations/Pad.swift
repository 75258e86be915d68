import GraphIR

/// Where a tensor lies within its padded version, row by row of the last dimension.
struct PaddedRows {
  let outerCount: Int
  let rowCount: Int
  /// Offset of each inner row within the outer tensor.
  let offsets: [Int]

  /// `inner` and `outer` have as many dimensions as `before`, at least one.
  init(inner: [Int], outer: [Int], before: [Int]) {
    outerCount = outer.reduce(1, *)
    rowCount = inner.last ?? 1
    var offsets = [0]
    for dimension in inner.indices {
      let last = dimension == inner.count - 1
      offsets = offsets.flatMap { base in
        (0..<(last ? 1 : inner[dimension])).map { base * outer[dimension] + before[dimension] + $0 }
      }
    }
    self.offsets = offsets
  }
}

/// Zero points around the input.
struct Pad: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let rows: PaddedRows
  private let zeroPoint: Int8

  init(_ graph: Graph, _ operation: Operation, _ before: [Int]) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    rows = PaddedRows(inner: graph[input].shape, outer: graph[output].shape, before: before)
    zeroPoint = Int8(truncatingIfNeeded: graph[output].zeroPoint)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let input: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let output: UnsafeMutablePointer<Int8> = memory.pointer(output)
    output.update(repeating: zeroPoint, count: rows.outerCount)
    for (row, offset) in rows.offsets.enumerated() {
      (output + offset).update(from: input + row * rows.rowCount, count: rows.rowCount)
    }
  }
}

/// y[q + before] = x[q]  ⇒  dx[q] = dy[q + before].
struct PadBackward: IntegerKernel {
  private let errors: TensorID
  private let output: TensorID
  private let rows: PaddedRows

  init(_ graph: Graph, _ operation: Operation, _ before: [Int]) {
    (errors, output) = (operation.inputs[0], operation.outputs[0])
    rows = PaddedRows(inner: graph[output].shape, outer: graph[errors].shape, before: before)
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    let output: UnsafeMutablePointer<Int16> = memory.pointer(output)
    for (row, offset) in rows.offsets.enumerated() {
      (output + row * rows.rowCount).update(from: errors + offset, count: rows.rowCount)
    }
  }
}
