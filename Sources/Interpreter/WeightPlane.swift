import GraphIR

/// One of the two tensors that hold a layer's weights.
struct WeightPlane {
  let tensor: TensorID
  /// Its first channel of the layer's.
  let firstChannel: Int
  /// Elements of one of its rows.
  let channels: Int

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
