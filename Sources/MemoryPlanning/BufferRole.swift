import GraphIR

/// What a buffer of the arena is for, as reports and pictures tell buffers apart.
package enum BufferRole: String, Hashable, Sendable, Codable, CaseIterable {
  /// The input of the step.
  case sample
  /// Read in the forward pass only.
  case activation
  /// Made in the forward pass and read behind the loss.
  case savedActivation = "saved activation"
  /// Clamp masks and the indices of maxima: what is kept instead of a tensor.
  case mask
  /// Gradients of activations.
  case error
  /// Of one operation.
  case scratch
}

extension Graph {
  package func role(of buffer: Buffer) -> BufferRole {
    switch buffer.content {
    case .scratch: return .scratch
    case .tensors(let tensors):
      let roles = Set(tensors.map(role))
      return BufferRole.allCases.first { $0 != .activation && roles.contains($0) } ?? .activation
    }
  }

  private func role(of id: TensorID) -> BufferRole {
    if id == input { return .sample }
    switch self[id].element {
    case .bit, .uint8: return .mask
    case .int16: return .error
    case .int8, .int32: return isReadBehindTheLoss(id) ? .savedActivation : .activation
    }
  }

  /// By more than the loss itself, which is where the forward pass ends.
  private func isReadBehindTheLoss(_ id: TensorID) -> Bool {
    operations.contains { $0.kind.phase != .forward && !$0.kind.isLoss && $0.inputs.contains(id) }
  }
}
