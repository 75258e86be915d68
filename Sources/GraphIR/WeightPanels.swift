/// The order in which the kernels' inner loops read constant weights (Firmware/kernels/panel_product.h): two rows to a panel,
/// columns in groups of four, zeros where rows or columns are wanting. Rows are results, columns are summed over.
///
/// A group is two words: the codes of both rows in column 0 and in column 2, then those in columns 1 and 3.
package struct WeightPanels: Hashable, Sendable {
  package let rows: Int
  package let columns: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// A plane of a convolution (O, KH, KW, I) or of a dense layer (O, I): one row for each output channel.
  package init(forward shape: [Int]) {
    self.init(rows: shape[0], columns: shape.dropFirst().reduce(1, *))
  }

  package var byteCount: Int { rows.rounded(up: 2) * columns.rounded(up: 4) }

  /// `code` says what stands in a row and column.
  package func packed<Code: ExpressibleByIntegerLiteral>(_ code: (_ row: Int, _ column: Int) -> Code) -> [Code] {
    var result: [Code] = []
    result.reserveCapacity(byteCount)
    for row in stride(from: 0, to: rows, by: 2) {
      for group in stride(from: 0, to: columns, by: 4) {
        for column in [group, group + 2, group + 1, group + 3] {
          for row in row...row + 1 {
            result.append(row < rows && column < columns ? code(row, column) : 0)
          }
        }
      }
    }
    return result
  }

  /// Codes that stand row after row.
  package func packed<Codes: RandomAccessCollection<Code>, Code: ExpressibleByIntegerLiteral>(rowMajor codes: Codes) -> [Code] {
    packed { row, column in codes[codes.index(codes.startIndex, offsetBy: row * columns + column)] }
  }

  /// A plane of a convolution (O, KH, KW, I) as the gradient of the input reads it: the panels of one tap after those of
  /// the other, one row for each input channel.
  package static func backward<Code: ExpressibleByIntegerLiteral>(_ codes: [Code], shape: [Int]) -> [Code] {
    let (outputs, taps, inputs) = (shape[0], shape[1] * shape[2], shape[3])
    let panels = WeightPanels(rows: inputs, columns: outputs)
    return (0..<taps).flatMap { tap in
      panels.packed { row, column in codes[(column * taps + tap) * inputs + row] }
    }
  }
}

extension Int {
  fileprivate func rounded(up unit: Int) -> Int { (self + unit - 1) / unit * unit }
}

/// How a constant stands in flash.
package enum ConstantLayout: Hashable, Sendable {
  /// As in the graph.
  case plain
  /// As the forward pass of a convolution or dense layer reads its frozen plane.
  case forwardPanels(WeightPanels)
  /// As the gradient of a convolution's input reads it.
  case backwardPanels

  fileprivate var order: Int {
    switch self {
    case .plain: 0
    case .forwardPanels: 1
    case .backwardPanels: 2
    }
  }
}

extension Graph {
  /// What flash holds: each constant in every layout that some operation reads it in.
  package func flashConstants() -> [(id: TensorID, layout: ConstantLayout, bytes: [UInt8])] {
    var layouts: [TensorID: Set<ConstantLayout>] = [:]
    for operation in operations {
      for operand in operation.inputs { layouts[operand, default: []].insert(layout(of: operand, in: operation)) }
    }
    return tensors.indices.map(TensorID.init).filter { self[$0].isConstant }.flatMap { id in
      let bytes = bytes(of: id) ?? []
      return (layouts[id] ?? []).sorted { $0.order < $1.order }.map { layout in
        switch layout {
        case .plain: (id, layout, Array(bytes))
        case .forwardPanels(let panels): (id, layout, panels.packed(rowMajor: bytes))
        case .backwardPanels: (id, layout, WeightPanels.backward(Array(bytes), shape: self[id].shape))
        }
      }
    }
  }

  private func layout(of operand: TensorID, in operation: Operation) -> ConstantLayout {
    switch operation.kind {
    case .conv2D(_, let weighting), .fullyConnected(let weighting):
      weighting.planes(operation.inputs).frozen == operand ? .forwardPanels(WeightPanels(forward: self[operand].shape)) : .plain
    case .conv2DBackwardInput(_, let weighting):
      weighting.planes(operation.inputs).frozen == operand ? .backwardPanels : .plain
    default: .plain
    }
  }
}
