import GraphIR

extension TrainingStepInterpreter {
  /// A tensor's bytes as they stand, little endian.
  package func bytes(of id: TensorID) -> [UInt8] {
    memory.bytes(of: id, count: graph[id].byteCount)
  }

  /// Overwrites a tensor. `bytes` has the tensor's byte count.
  package func write(_ bytes: [UInt8], to id: TensorID) {
    precondition(
      bytes.count == graph[id].byteCount,
      "'\(graph[id].name)': \(bytes.count) B, expected \(graph[id].byteCount)")
    memory.write(bytes[...], to: id)
  }

  /// A tensor's elements as integers: codes, mantissas, accumulators, indices, or mask bits 0 and 1.
  package func values(of id: TensorID) -> [Int32] {
    let count = graph[id].elementCount
    return switch graph[id].element {
    case .int8: elements(id, count, Int8.self)
    case .int16: elements(id, count, Int16.self)
    case .int32: elements(id, count, Int32.self)
    case .uint8: elements(id, count, UInt8.self)
    case .bit:
      (0..<count).map { Int32(memory.pointer(id, as: UInt8.self)[$0 / 8] >> UInt8($0 % 8) & 1) }
    }
  }

  /// The real values of an error tensor.
  package func errors(of id: TensorID) -> [Double] {
    guard let range = graph[id].errorRange else { return [] }
    let unit = Double(sign: .plus, exponent: Int(context.ranges[range].exponent), significand: 1)
    return values(of: id).map { Double($0) * unit }
  }

  package func codes(of id: TensorID) -> [Int8] {
    Array(UnsafeBufferPointer(start: memory.pointer(id, as: Int8.self), count: graph[id].elementCount))
  }

  private func elements<T: FixedWidthInteger>(_ id: TensorID, _ count: Int, _ type: T.Type) -> [Int32] {
    UnsafeBufferPointer(start: memory.pointer(id, as: type), count: count).map { Int32($0) }
  }
}
