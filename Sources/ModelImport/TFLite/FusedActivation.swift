import GraphIR

/// `ActivationFunctionType` of the TFLite schema, as far as integer kernels have it.
enum FusedActivation: Int8 {
  case none = 0
  case relu = 1
  case reluN1To1 = 2
  case relu6 = 3

  /// The codes that the activation leaves, as `CalculateActivationRangeQuantized` of TFLite computes them.
  func clamp(_ quantization: Quantization) -> Clamp {
    switch self {
    case .none: Clamp()
    case .relu: Clamp(minimum: Self.code(0, quantization))
    case .reluN1To1: Clamp(minimum: Self.code(-1, quantization), maximum: Self.code(1, quantization))
    case .relu6: Clamp(minimum: Self.code(0, quantization), maximum: Self.code(6, quantization))
    }
  }

  /// Quantizes in Float, as TFLite does, and saturates.
  private static func code(_ real: Float, _ quantization: Quantization) -> Int32 {
    let steps = (real / quantization.scales[0]).rounded(.toNearestOrAwayFromZero)
    let code = min(max(steps, -256), 256) + Float(quantization.zeroPoint)
    return Int32(min(max(code, -128), 127))
  }
}
