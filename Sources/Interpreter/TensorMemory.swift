import GraphIR

/// The bytes of every tensor of a graph, each in a place of its own.
///
/// Invariants:
///   - A tensor lies at a multiple of 16 bytes and has the byte count of `Tensor.byteCount`.
///   - Values are zero before they are first written.
final class TensorMemory {
  private let base: UnsafeMutableRawPointer
  private let offsets: [Int]
  private let byteCount: Int

  init(_ graph: Graph) {
    var offsets: [Int] = []
    var end = 0
    for tensor in graph.tensors {
      offsets.append(end)
      end += (tensor.byteCount + 15) / 16 * 16
    }
    self.offsets = offsets
    byteCount = end
    base = .allocate(byteCount: max(end, 16), alignment: 16)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(end, 16))
    for index in graph.tensors.indices {
      guard let bytes = graph.bytes(of: TensorID(index)) else { continue }
      write(bytes, to: TensorID(index))
    }
  }

  deinit { base.deallocate() }

  /// The elements of a tensor as `T`, which is the type of its `ElementType` (masks: bytes).
  func pointer<T: FixedWidthInteger>(_ id: TensorID, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    (base + offsets[id.index]).assumingMemoryBound(to: type)
  }

  func write(_ bytes: ArraySlice<UInt8>, to id: TensorID) {
    bytes.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(start: base + offsets[id.index], count: source.count)
        .copyMemory(from: source)
    }
  }

  func bytes(of id: TensorID, count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: base + offsets[id.index], count: count))
  }
}
