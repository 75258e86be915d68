import GraphIR

/// `Padding` of the TFLite schema.
enum TFLitePadding: Int8 {
  case same = 0
  case valid = 1
}

extension TFLiteImporter {
  /// The options of an operation, of the type that belongs to it.
  func options(of site: Site) throws -> FlatBufferTable {
    guard let options = site.operation.options, site.operation.optionsType == site.builtin?.optionsType else {
      throw ImportError.damaged(
        site.description, found: "options of type \(site.operation.optionsType)",
        expected: "type \(site.builtin?.optionsType ?? 0)")
    }
    return options
  }

  func padding(_ slot: Int, of options: FlatBufferTable, at site: Site) throws -> TFLitePadding {
    let code: Int8 = try options.integer(slot)
    guard let padding = TFLitePadding(rawValue: code) else {
      throw ImportError.damaged(site.description, found: "padding \(code)", expected: "SAME (0) or VALID (1)")
    }
    return padding
  }

  func clamp(_ slot: Int, of options: FlatBufferTable, output: TensorID, at site: Site) throws -> Clamp {
    let code: Int8 = try options.integer(slot)
    guard let activation = FusedActivation(rawValue: code) else {
      throw ImportError.unsupported(
        site.description, found: "fused activation \(code)", expected: "NONE, RELU, RELU6 or RELU_N1_TO_1",
        advice: "use one of these activations")
    }
    guard let quantization = result[output].quantization else { preconditionFailure("an activation without scale") }
    return activation.clamp(quantization)
  }

  /// A batch of one map with rows, columns and channels.
  func map(_ id: TensorID, at site: Site) throws -> [Int] {
    let tensor = result[id]
    guard tensor.shape.count == 4, tensor.shape[0] == 1 else {
      throw ImportError.unsupported(
        site.description, found: "shape \(tensor.shape) of '\(tensor.name)'",
        expected: "four dimensions with batch 1", advice: "convert the model with a fixed batch of 1")
    }
    return tensor.shape
  }

  /// One axis of a sliding window: what the file says, and what follows.
  struct Axis {
    let name: String
    let kernel: Int
    let stride: Int
    let dilation: Int
    /// Cells of the input and of the output.
    let input: Int
    let output: Int

    /// Cells of padding in front, as `ComputePaddingHeightWidth` of TFLite; nil when the output does not fit.
    func padBefore(_ padding: TFLitePadding) -> Int? {
      let extent = (kernel - 1) * dilation + 1
      switch padding {
      case .same:
        guard output == (input + stride - 1) / stride else { return nil }
        return max((output - 1) * stride + extent - input, 0) / 2
      case .valid:
        guard input >= extent, output == (input - extent) / stride + 1 else { return nil }
        return 0
      }
    }
  }

  func window(_ height: Axis, _ width: Axis, _ padding: TFLitePadding, at site: Site) throws -> Window {
    for axis in [height, width] {
      for (what, value) in [("kernel", axis.kernel), ("stride", axis.stride), ("dilation", axis.dilation)]
      where !(1...1 << 12).contains(value) {
        throw ImportError.damaged(site.description, found: "\(what) \(axis.name) \(value)", expected: "1 to 4096")
      }
    }
    func padBefore(_ axis: Axis) throws -> Int {
      guard let pad = axis.padBefore(padding) else {
        throw ImportError.damaged(
          site.description, found: "output \(axis.name) \(axis.output) for input \(axis.name) \(axis.input)",
          expected:
            "what kernel \(axis.kernel), stride \(axis.stride), dilation \(axis.dilation), padding \(padding) make"
        )
      }
      return pad
    }
    return Window(
      kernelHeight: height.kernel, kernelWidth: width.kernel, strideHeight: height.stride, strideWidth: width.stride,
      dilationHeight: height.dilation, dilationWidth: width.dilation, padTop: try padBefore(height),
      padLeft: try padBefore(width))
  }

  /// `Pool2DOptions`: padding, stride_w, stride_h, filter_width, filter_height, fused_activation_function.
  mutating func importPool(_ site: Site, _ kind: (Window, Clamp) -> OperationKind) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let (inner, outer) = (try map(x, at: site), try map(y, at: site))
    let options = try options(of: site)
    func int(_ slot: Int) throws -> Int { Int(try options.integer(slot, default: Int32(0))) }
    let window = try window(
      Axis(name: "height", kernel: int(4), stride: int(2), dilation: 1, input: inner[1], output: outer[1]),
      Axis(name: "width", kernel: int(3), stride: int(1), dilation: 1, input: inner[2], output: outer[2]),
      padding(0, of: options, at: site), at: site)
    try expectSameQuantization(x, y, at: site)
    append(kind(window, try clamp(5, of: options, output: y, at: site)), [x], y)
  }

  mutating func append(_ kind: OperationKind, _ inputs: [TensorID], _ output: TensorID, layer: Int? = nil) {
    result.operations.append(
      Operation(name: result[output].name, kind: kind, inputs: inputs, outputs: [output], layer: layer))
  }
}
