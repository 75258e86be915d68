import GraphIR

extension TFLiteImporter {
  /// Scales outside of this range come from damage, not from a converter.
  static let scaleRange: ClosedRange<Float> = 1e-30...1e30
  static let elementLimit = 1 << 28

  func tensor(_ index: Int, at location: String) throws -> TFLiteTensor {
    guard model.tensors.indices.contains(index) else {
      throw ImportError.damaged(
        location, found: "tensor \(index)", expected: "an index from 0 to \(model.tensors.count - 1)")
    }
    return model.tensors[index]
  }

  /// The tensor index of operand `position`; nil when an optional operand is absent.
  func optionalOperand(_ position: Int, of site: Site) -> Int? {
    guard site.operation.inputs.indices.contains(position), site.operation.inputs[position] != -1 else { return nil }
    return site.operation.inputs[position]
  }

  func operand(_ position: Int, of site: Site) throws -> Int {
    guard let index = optionalOperand(position, of: site) else {
      throw ImportError.damaged(
        site.description, found: "no input \(position) among \(site.operation.inputs.count)", expected: "one")
    }
    return index
  }

  func bytes(of tensor: TFLiteTensor, at location: String) throws -> Range<Int> {
    guard model.buffers.indices.contains(tensor.buffer) else {
      throw ImportError.damaged(
        "\(location), tensor '\(tensor.name)'", found: "buffer \(tensor.buffer)",
        expected: "less than \(model.buffers.count)")
    }
    return model.buffers[tensor.buffer]
  }

  // MARK: Activations

  /// The activation that input `position` of an operation reads.
  func input(_ position: Int, of site: Site) throws -> TensorID {
    let index = try operand(position, of: site)
    let tensor = try tensor(index, at: site.description)
    guard written.contains(index), let id = ids[index] else {
      let isConstant = try !bytes(of: tensor, at: site.description).isEmpty
      guard isConstant else {
        throw ImportError.damaged(
          site.description, found: "input '\(tensor.name)', which no earlier operation writes",
          expected: "a computed tensor")
      }
      throw ImportError.unsupported(
        site.description, found: "a constant as input '\(tensor.name)'", expected: "a computed tensor",
        advice: "fold the constant into a neighbouring layer before conversion")
    }
    return id
  }

  /// The same, or a constant of int8 codes with one scale.
  mutating func inputOrConstant(_ position: Int, of site: Site) throws -> TensorID {
    let index = try operand(position, of: site)
    let tensor = try tensor(index, at: site.description)
    guard try !bytes(of: tensor, at: site.description).isEmpty else { return try input(position, of: site) }
    let location = "\(site.description), constant '\(tensor.name)'"
    let format = try quantization(of: tensor, at: location)
    let range = try constantBytes(of: tensor, elementBytes: 1, at: location)
    return try addConstant(
      index, tensor, shape: try shape(of: tensor, at: location), element: .int8, range, format, at: location)
  }

  /// Adds the tensor that an operation writes.
  mutating func output(of site: Site) throws -> TensorID {
    guard site.operation.outputs.count == 1 else {
      throw ImportError.damaged(site.description, found: "\(site.operation.outputs.count) outputs", expected: "1")
    }
    return try addActivation(site.operation.outputs[0], at: site.description, storage: .value)
  }

  mutating func addActivation(_ index: Int, at location: String, storage: Tensor.Storage) throws -> TensorID {
    let tensor = try tensor(index, at: location)
    let location = "\(location), tensor '\(tensor.name)'"
    guard ids[index] == nil else {
      throw ImportError.damaged(location, found: "a second operation that writes it", expected: "one")
    }
    guard try bytes(of: tensor, at: location).isEmpty, !tensor.isVariable else {
      throw ImportError.unsupported(
        location, found: "a constant or variable as output", expected: "a computed tensor",
        advice: "export the model without state")
    }
    let shape = try shape(of: tensor, at: location)
    let quantization = try quantization(of: tensor, at: location)
    let id = result.add(
      Tensor(
        name: unique(tensor.name, index: index), shape: shape, element: .int8, storage: storage,
        quantization: quantization))
    ids[index] = id
    written.insert(index)
    return id
  }

  /// The shape with a batch of 1.
  func shape(of tensor: TFLiteTensor, at location: String) throws -> [Int] {
    var shape = tensor.shape
    if shape.first == -1 { shape[0] = 1 }
    var elements = 1
    for extent in shape {
      guard extent > 0, extent <= Self.elementLimit / elements else {
        throw ImportError.unsupported(
          location, found: "the shape \(tensor.shape)",
          expected: "known extents and at most \(Self.elementLimit) elements",
          advice: "convert the model with a fixed, smaller input shape")
      }
      elements *= extent
    }
    return shape
  }

  // MARK: Number formats

  /// int8 with one scale and zero point.
  private func quantization(of tensor: TFLiteTensor, at location: String) throws -> Quantization {
    try expectInt8(tensor, at: location)
    let scales = try scales(of: tensor, at: location)
    guard scales.count == 1 else {
      throw ImportError.unsupported(
        location, found: "\(scales.count) scales", expected: "1 for an activation",
        advice: "quantize activations per tensor")
    }
    let zeroPoint = try zeroPoints(of: tensor).first ?? 0
    guard (-128...127).contains(zeroPoint) else {
      throw ImportError.damaged(location, found: "zero point \(zeroPoint)", expected: "-128 to 127")
    }
    return Quantization(scales: scales, zeroPoint: Int32(zeroPoint))
  }

  func expectInt8(_ tensor: TFLiteTensor, at location: String) throws {
    guard tensor.type != .int8 else { return }
    let advice =
      switch tensor.type {
      case .float32: "quantize the model to int8 throughout (full-integer post-training quantization)"
      case .uint8: "convert it with a current converter: uint8 is the older, asymmetric scheme"
      default: "quantize the model to int8 throughout"
      }
    throw ImportError.unsupported(location, found: tensor.type.description, expected: "INT8", advice: advice)
  }

  /// Scales of a tensor, at least one, each of them sane.
  func scales(of tensor: TFLiteTensor, at location: String) throws -> [Float] {
    guard !tensor.hasCustomQuantization, let scales = try tensor.scales?.floats(limit: TFLiteModel.Limits.channels),
      !scales.isEmpty
    else {
      throw ImportError.unsupported(
        location, found: "no scale", expected: "quantization with scale and zero point",
        advice: "quantize the model to int8 throughout")
    }
    for (channel, scale) in scales.enumerated() where !Self.scaleRange.contains(scale) {
      throw ImportError.damaged(
        location, found: "scale \(scale) at \(channel)",
        expected: "a number from \(Self.scaleRange.lowerBound) to \(Self.scaleRange.upperBound)")
    }
    return scales
  }

  func zeroPoints(of tensor: TFLiteTensor) throws -> [Int] {
    try tensor.zeroPoints?.integers(Int64.self, limit: TFLiteModel.Limits.channels) ?? []
  }

  /// Input and output of an operation that moves codes about must mean the same by them.
  func expectSameQuantization(_ input: TensorID, _ output: TensorID, at site: Site) throws {
    let (x, y) = (result[input], result[output])
    guard x.quantization == y.quantization else {
      throw ImportError.unsupported(
        site.description, found: "\(Self.text(x.quantization)) in and \(Self.text(y.quantization)) out",
        expected: "the same scale and zero point", advice: "convert the model with a current converter")
    }
  }

  private static func text(_ quantization: Quantization?) -> String {
    quantization.map { "scale \($0.scales[0]), zero point \($0.zeroPoint)" } ?? "no scale"
  }

  func scale(of id: TensorID) -> Double { result[id].quantization?.scale(0) ?? 1 }

  /// Requantization factors beyond these come from scales that do not belong together.
  func expectFactor(_ factor: Double, below limit: Double, of what: String, at site: Site) throws {
    guard factor < limit else {
      throw ImportError.damaged(
        site.description, found: "scales that make \(what) \(factor)", expected: "less than \(limit)")
    }
  }

  // MARK: Constants

  /// Bytes of a constant tensor of `elementBytes` bytes an element, in the file.
  func constantBytes(of tensor: TFLiteTensor, elementBytes: Int, at location: String) throws -> Range<Int> {
    let range = try bytes(of: tensor, at: location)
    let expected = try shape(of: tensor, at: location).reduce(elementBytes, *)
    guard range.count == expected else {
      if range.isEmpty {
        throw ImportError.unsupported(
          location, found: "a computed tensor", expected: "a constant",
          advice: "freeze the model's weights before conversion")
      }
      throw ImportError.damaged(
        location, found: "\(range.count) B of data", expected: "\(expected) B for \(tensor.shape)")
    }
    return range
  }

  /// Copies bytes of the file into the graph, once for each range.
  mutating func store(_ range: Range<Int>, at location: String) throws -> Int {
    if let offset = stored[range] { return offset }
    storedBytes += range.count
    guard storedBytes <= model.reader.bytes.count else {
      throw ImportError.damaged(
        location, found: "\(storedBytes) B of constants",
        expected: "no more than the file's \(model.reader.bytes.count) B")
    }
    let offset = result.store(model.reader.bytes[range])
    stored[range] = offset
    return offset
  }

  /// A small constant vector of shapes, axes or paddings.
  func int32Constant(_ position: Int, of site: Site) throws -> [Int] {
    let tensor = try tensor(operand(position, of: site), at: site.description)
    let location = "\(site.description), tensor '\(tensor.name)'"
    guard tensor.type == .int32 else {
      throw ImportError.unsupported(
        location, found: tensor.type.description, expected: "INT32",
        advice: "convert the model with a current converter")
    }
    let range = try constantBytes(of: tensor, elementBytes: 4, at: location)
    guard range.count <= 4 * 2 * TFLiteModel.Limits.rank else {
      throw ImportError.damaged(
        location, found: "\(range.count / 4) numbers", expected: "at most \(2 * TFLiteModel.Limits.rank)")
    }
    return try stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
      Int(try model.reader.integer(Int32.self, at: $0, in: "Buffer data"))
    }
  }
}
