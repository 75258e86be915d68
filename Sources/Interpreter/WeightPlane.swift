import GraphIR

/// One of the two tensors that hold a layer's weights.
struct WeightPlane {
  let tensor: TensorID
  /// Its first channel of the layer's.
  let firstChannel: Int
  /// Elements of one of its rows.
  let channels: Int

  /// The weights of `rows` rows as halfwords.
  func wideWeights(_ rows: Int, _ memory: TensorMemory) -> [Int16] {
    let weights: UnsafeMutablePointer<Int8> = memory.pointer(tensor)
    return Array(unsafeUninitializedCapacity: rows * channels) { wide, count in
      count = rows * channels
      if let base = wide.baseAddress { widen(weights, 0, count, to: base) }
    }
  }

  /// The same transposed, (count, rows).
  func wideColumns(rows: Int, count: Int, _ memory: TensorMemory) -> [Int16] {
    let weights: UnsafeMutablePointer<Int8> = memory.pointer(tensor)
    return Array(unsafeUninitializedCapacity: rows * count) { wide, initialized in
      initialized = rows * count
      for row in 0..<rows {
        for k in 0..<count { wide[k * rows + row] = Int16(weights[row * count + k]) }
      }
    }
  }

  /// The planes among an operation's inputs, trained channels first.
  static func planes(_ operation: Operation, _ weighting: Weighting) -> [WeightPlane] {
    let planes = weighting.planes(operation.inputs)
    let trained = weighting.trainedChannels
    return [
      planes.trained.map { WeightPlane(tensor: $0, firstChannel: 0, channels: trained) },
      planes.frozen.map {
        WeightPlane(tensor: $0, firstChannel: trained, channels: weighting.channels - trained)
      },
    ].compactMap { $0 }
  }
}
