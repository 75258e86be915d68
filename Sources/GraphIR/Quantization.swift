/// Affine quantization, `real = scale * (code - zeroPoint)`, as TFLite defines it.
///
/// Scales are the file's own Float32 values; products of scales are formed in Double, as TFLite does.
package struct Quantization: Hashable, Sendable, Codable {
  /// One scale, or one for each slice along `axis`.
  package var scales: [Float]
  /// The code of real zero. Per-channel tensors have zero point 0.
  package var zeroPoint: Int32
  /// The axis that `scales` runs along; nil when there is one scale for the tensor.
  package var axis: Int?

  package init(scales: [Float], zeroPoint: Int32, axis: Int? = nil) {
    self.scales = scales
    self.zeroPoint = zeroPoint
    self.axis = axis
  }

  /// The real values of int8 codes -128...127, with one scale.
  package var codeRange: ClosedRange<Double> {
    scale(0) * (-128 - Double(zeroPoint))...scale(0) * (127 - Double(zeroPoint))
  }

  /// The scale of slice `channel`: the one scale when the tensor has one.
  package func scale(_ channel: Int) -> Double {
    Double(scales.count == 1 ? scales[0] : scales[channel])
  }
}
