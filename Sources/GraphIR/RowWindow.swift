/// The rows of its inputs that an operation reads for one row of its output: `span` rows from `row * stride - pad` on,
/// as far as the map has them.
package struct RowWindow: Hashable, Sendable {
  /// Rows from the first tap to the last, dilation included.
  package var span: Int
  package var stride: Int
  /// Rows of the first window that lie above the map.
  package var pad: Int

  package init(span: Int, stride: Int, pad: Int) {
    self.span = span
    self.stride = stride
    self.pad = pad
  }

  /// Row by row: what works element by element.
  package static let same = RowWindow(span: 1, stride: 1, pad: 0)

  package func begin(_ row: Int) -> Int { max(0, row * stride - pad) }
  package func end(_ row: Int, mapRows: Int) -> Int { min(mapRows, row * stride - pad + span) }
}

extension Window {
  package var rows: RowWindow {
    RowWindow(span: (kernelHeight - 1) * dilationHeight + 1, stride: strideHeight, pad: padTop)
  }
}

extension Graph {
  /// How an operation goes over the rows of its maps; nil where it cannot be run one output row at a time: because it
  /// looks at the whole map, its rows are no whole bytes, or nobody has taught its emission to do so.
  package func rowWindow(of operation: Operation) -> RowWindow? {
    guard operation.outputs.count == 1, isMap(operation.outputs[0]) else { return nil }
    switch operation.kind {
    case .conv2D(let window, _), .depthwiseConv2D(let window, _, _), .averagePool2D(let window, _),
      .maxPool2D(let window, _):
      return isMap(operation.inputs[0]) ? window.rows : nil
    case .add, .subtract, .lookup, .clampMask:
      let shape = self[operation.outputs[0]].shape
      return operation.inputs.allSatisfy { isMap($0) && self[$0].shape == shape } ? .same : nil
    default:
      return nil
    }
  }

  /// A value (1, H, W, C) with rows of whole bytes.
  private func isMap(_ id: TensorID) -> Bool {
    let tensor = self[id]
    guard !tensor.isConstant, !tensor.isState, tensor.shape.count == 4, tensor.shape[0] == 1, tensor.elementCount > 0
    else { return false }
    switch tensor.element {
    case .int8: return true
    case .bit: return tensor.shape[2] * tensor.shape[3] % 8 == 0
    case .uint8, .int16, .int32: return false
    }
  }
}
