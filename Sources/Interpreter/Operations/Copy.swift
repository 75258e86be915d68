import GraphIR

/// Moves elements from one tensor to another: padding, slices and transposes of codes, and of errors as their gradients.
///
/// y[q] = x[f(q)]  ⇒  dx[f(q)] = dy[q], and 0 where no q leads to.
struct Copy<Element: FixedWidthInteger>: IntegerKernel {
  private let source: TensorID
  private let target: TensorID
  private let count: Int
  private let copy: StridedCopy
  /// What elements of the target hold that the copy leaves out; nil where it reaches them all.
  private let background: Element?

  init(_ graph: Graph, _ operation: Operation, _ copy: StridedCopy, background: Element? = nil) {
    (source, target) = (operation.inputs[0], operation.outputs[0])
    count = graph[target].elementCount
    self.copy = copy
    self.background = background
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let source: UnsafeMutablePointer<Element> = memory.pointer(source)
    let target: UnsafeMutablePointer<Element> = memory.pointer(target)
    if let background { target.update(repeating: background, count: count) }
    copy.forEachElement { target[$1] = source[$0] }
  }
}
