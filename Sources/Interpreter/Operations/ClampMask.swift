import GraphIR

/// y = clamp(u)  ⇒  dy/du = 1 where the stored code lies strictly inside the clamp: one bit an element.
struct ClampMask: IntegerKernel {
  private let input: TensorID
  private let output: TensorID
  private let count: Int
  private let clamp: Clamp

  init(_ graph: Graph, _ operation: Operation, _ clamp: Clamp) {
    (input, output) = (operation.inputs[0], operation.outputs[0])
    count = graph[input].elementCount
    self.clamp = clamp
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let codes: UnsafeMutablePointer<Int8> = memory.pointer(input)
    let mask: UnsafeMutablePointer<UInt8> = memory.pointer(output)
    mask.update(repeating: 0, count: (count + 7) / 8)
    for i in 0..<count where clamp.minimum < codes[i] && codes[i] < clamp.maximum {
      mask[i / 8] |= 1 << UInt8(i % 8)
    }
  }
}

/// dy where the mask bit is set, otherwise 0.
struct MaskError: IntegerKernel {
  private let errors: TensorID
  private let mask: TensorID
  private let output: TensorID
  private let count: Int

  init(_ graph: Graph, _ operation: Operation) {
    (errors, mask, output) = (operation.inputs[0], operation.inputs[1], operation.outputs[0])
    count = graph[errors].elementCount
  }

  func run(_ memory: TensorMemory, _ context: inout StepContext) {
    let errors: UnsafeMutablePointer<Int16> = memory.pointer(errors)
    let mask: UnsafeMutablePointer<UInt8> = memory.pointer(mask)
    let output: UnsafeMutablePointer<Int16> = memory.pointer(output)
    for i in 0..<count {
      output[i] = mask[i / 8] >> UInt8(i % 8) & 1 == 1 ? errors[i] : 0
    }
  }
}
