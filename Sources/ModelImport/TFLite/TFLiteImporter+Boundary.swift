import GraphIR

/// Where the model meets its host: int8 codes go in and come out.
///
/// A model made for float or uint8 begins with a QUANTIZE and ends with a DEQUANTIZE (or a QUANTIZE to uint8). The graph
/// leaves both out: the host encodes a sample with the int8 tensor's own scale, as QUANTIZE would, and reads its result so.
extension TFLiteImporter {
  mutating func importInput() throws {
    guard model.inputs.count == 1, model.outputs.count == 1 else {
      throw ImportError.unsupported(
        "model", found: "\(model.inputs.count) inputs and \(model.outputs.count) outputs", expected: "1 and 1",
        advice: "export one path from one sample to one result")
    }
    let index = model.inputs[0]
    let tensor = try tensor(index, at: "model input")
    for (axis, extent) in tensor.shapeSignature.enumerated() where extent < 0 && axis > 0 {
      throw ImportError.unsupported(
        "model input '\(tensor.name)'", found: "an unknown extent in dimension \(axis)",
        expected: "known extents behind the batch", advice: "convert the model with a fixed input shape")
    }
    guard tensor.type != .int8, let site = try encoding(of: index) else {
      if tensor.type == .uint8 { try refuseAsymmetricWeights() }
      result.input = try addActivation(index, at: "model input", storage: .input)
      return
    }
    result.input = try addActivation(site.operation.outputs[0], at: site.description, storage: .input)
    if tensor.type == .uint8 { try expectSameReals(index, as: result.input, at: site) }
    boundary.insert(site.index)
  }

  /// The QUANTIZE that alone reads a model input of another type; nil where there is none.
  private func encoding(of input: Int) throws -> Site? {
    let readers = sites.filter { $0.operation.inputs.contains(input) }
    guard let first = readers.first, readers.count == 1, first.builtin == .quantize,
      first.operation.outputs.count == 1
    else { return nil }
    return first
  }

  mutating func importOutput() throws {
    var index = model.outputs[0]
    let name = try tensor(index, at: "model output").name
    if let site = sites.last(where: { $0.operation.outputs.contains(index) }), boundary.contains(site.index) {
      index = try operand(0, of: site)
    }
    guard written.contains(index), let id = ids[index], result[id].storage == .value else {
      throw ImportError.damaged(
        "model output '\(name)'", found: "a tensor that no operation writes", expected: "a result")
    }
    result.output = id
  }

  /// int8 to float, at the model's end only.
  mutating func importDequantize(_ site: Site) throws {
    let y = site.operation.outputs.first ?? -1
    let readers = sites.filter { $0.operation.inputs.contains(y) }
    guard site.operation.outputs.count == 1, y == model.outputs[0], readers.isEmpty else {
      let reader = readers.first.map { ", read by \($0.description)" } ?? ""
      throw ImportError.unsupported(
        site.description, found: "a way from int8 to float within the model\(reader)",
        expected: "one at its end at most", advice: "quantize the operations behind it to int8, too")
    }
    _ = try input(0, of: site)
    boundary.insert(site.index)
  }

  /// int8 to int8: a requantization. int8 to uint8 at the model's end: nothing, the host reads the int8 codes.
  mutating func importQuantize(_ site: Site) throws {
    let x = try input(0, of: site)
    let index = site.operation.outputs.first ?? -1
    if try tensor(index, at: site.description).type == .uint8, index == model.outputs[0],
      !sites.contains(where: { $0.operation.inputs.contains(index) })
    {
      try expectSameReals(index, as: x, at: site)
      boundary.insert(site.index)
      return
    }
    let y = try output(of: site)
    guard result[x].shape == result[y].shape else {
      throw ImportError.damaged(
        site.description, found: "\(result[x].shape) in and \(result[y].shape) out", expected: "one shape")
    }
    try expectFactor(scale(of: x) / scale(of: y), below: 0x1p16, of: "one input code in output codes", at: site)
    append(.rescale, [x], y)
  }

  /// A uint8 tensor whose codes are those of an int8 tensor, 128 higher.
  private func expectSameReals(_ index: Int, as id: TensorID, at site: Site) throws {
    let tensor = try tensor(index, at: site.description)
    let location = "\(site.description), tensor '\(tensor.name)'"
    let scales = try scales(of: tensor, at: location)
    let zeroPoint = try zeroPoints(of: tensor).first ?? 0
    guard (0...255).contains(zeroPoint) else {
      throw ImportError.damaged(location, found: "zero point \(zeroPoint)", expected: "0 to 255")
    }
    guard scales == result[id].quantization?.scales,
      zeroPoint - 128 == Int(result[id].quantization?.zeroPoint ?? 0)
    else {
      throw ImportError.unsupported(
        location, found: "scale \(scales[0]), zero point \(zeroPoint)",
        expected: "those of '\(result[id].name)', the zero point 128 higher",
        advice: "convert the model with int8 input and output (inference_input_type and inference_output_type = tf.int8)")
    }
  }

  /// A model of the older scheme: names the first layer, and why its weights have no int8 form.
  private func refuseAsymmetricWeights() throws {
    for site in sites where site.builtin?.hasWeights == true {
      guard let index = optionalOperand(1, of: site) else { continue }
      let weights = try tensor(index, at: site.description)
      guard weights.type == .uint8 else { continue }
      let location = "\(site.description), weights '\(weights.name)'"
      let codes = model.reader.bytes[try bytes(of: weights, at: location)]
      let zeroPoint = try zeroPoints(of: weights).first ?? 0
      let (least, most) = (Int(codes.min() ?? 0), Int(codes.max() ?? 0))
      guard (0...255).contains(zeroPoint) else {
        throw ImportError.damaged(location, found: "zero point \(zeroPoint)", expected: "0 to 255")
      }
      throw ImportError.unsupported(
        location, found: "UINT8 weights with zero point \(zeroPoint), \(least - zeroPoint)...\(most - zeroPoint) steps of real zero",
        expected: "INT8 weights with zero point 0",
        advice: "this is TensorFlow 1's asymmetric scheme, which has no exact int8 form: quantize the float model again, to int8")
    }
  }
}
