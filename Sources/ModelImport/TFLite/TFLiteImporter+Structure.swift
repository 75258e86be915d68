import GraphIR

/// Operations that move codes about and leave each as it is.
extension TFLiteImporter {
  /// The new shape is the output's own; RESHAPE, EXPAND_DIMS and SQUEEZE say it again in operands and options.
  mutating func importReshape(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    guard result[x].elementCount == result[y].elementCount else {
      throw ImportError.damaged(
        site.description, found: "\(result[x].shape) reshaped to \(result[y].shape)", expected: "as many elements")
    }
    try expectSameQuantization(x, y, at: site)
    append(.reshape, [x], y)
  }

  /// Up to four dimensions that are padded.
  mutating func importPad(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let (inner, outer) = (result[x].shape, result[y].shape)
    let amounts = try int32Constant(1, of: site)
    guard amounts.count == 2 * inner.count, amounts.allSatisfy({ (0...1 << 12).contains($0) }) else {
      throw ImportError.damaged(
        site.description, found: "the paddings \(amounts)",
        expected: "\(2 * inner.count) numbers from 0 to 4096, two for each dimension")
    }
    let before = inner.indices.map { amounts[2 * $0] }
    let padded = inner.indices.map { before[$0] + inner[$0] + amounts[2 * $0 + 1] }
    guard outer == padded else {
      throw ImportError.damaged(site.description, found: "output \(outer)", expected: "\(padded)")
    }
    try expectSameQuantization(x, y, at: site)
    try expectCopy(
      StridedCopy.slice(of: outer, inner: inner, begin: before, strides: inner.map { _ in 1 }), of: inner, at: site)
    append(.pad(before: before), [x], y)
  }

  /// `ConcatenationOptions`: axis, fused_activation_function. LiteRT wants one number format for int8, and so does this.
  mutating func importConcatenation(_ site: Site) throws {
    let inputs = try site.operation.inputs.indices.map { try input($0, of: site) }
    let y = try output(of: site)
    let options = try options(of: site)
    let activation: Int8 = try options.integer(1)
    guard activation == 0 else {
      throw ImportError.unsupported(
        site.description, found: "fused activation \(activation)", expected: "none (0)",
        advice: "put the activation in front of the concatenation")
    }
    let shape = result[y].shape
    let axis = try dimension(Int(try options.integer(0, default: Int32(0))), of: shape.count, at: site)
    for x in inputs { try expectSameQuantization(x, y, at: site) }
    try expectParts(inputs, of: shape, along: axis, at: site)
    append(.concatenate(axis: axis), inputs, y)
  }

  // MARK: Slices

  /// Operands: begin, size (-1: up to the end).
  mutating func importSlice(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let begin = try int32Constant(1, of: site)
    let size = try int32Constant(2, of: site)
    let shape = result[x].shape
    guard begin.count == shape.count, size.count == shape.count else {
      throw ImportError.damaged(
        site.description, found: "begin \(begin) and size \(size)", expected: "one number for each of \(shape)")
    }
    let extents = shape.indices.map { size[$0] == -1 ? shape[$0] - begin[$0] : size[$0] }
    try appendSlice(site, x, begin: begin, extents: extents, strides: shape.map { _ in 1 }, to: y)
  }

  /// Operands: begin, end, strides. `StridedSliceOptions`: begin_mask, end_mask, ellipsis_mask, new_axis_mask,
  /// shrink_axis_mask, one bit for each dimension; offset (end counts from begin).
  mutating func importStridedSlice(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let shape = result[x].shape
    let numbers = try (1...3).map { try int32Constant($0, of: site) }
    guard numbers.allSatisfy({ $0.count <= shape.count && $0.count == numbers[0].count }) else {
      throw ImportError.damaged(
        site.description, found: "\(numbers.map(\.count)) numbers for begin, end and strides of \(shape)",
        expected: "as many of each, at most one for each dimension")
    }
    let options = try options(of: site)
    let masks = try (0...4).map { Int(try options.integer($0, default: Int32(0))) }
    guard masks[2] == 0, masks[3] == 0, try !options.bool(5) else {
      throw ImportError.unsupported(
        site.description, found: "an ellipsis, a new axis or an offset", expected: "begin, end and strides",
        advice: "write the slice with one range for each dimension, and reshape behind it")
    }
    var (begin, extents, strides) = (shape.map { _ in 0 }, shape, shape.map { _ in 1 })
    for dimension in numbers[0].indices {
      let (first, end, stride) = (numbers[0][dimension], numbers[1][dimension], numbers[2][dimension])
      guard stride > 0 else {
        throw ImportError.unsupported(
          site.description, found: "stride \(stride) in dimension \(dimension)", expected: "a positive stride",
          advice: "reverse the data before it goes into the model, or the weights behind the slice")
      }
      func has(_ mask: Int) -> Bool { masks[mask] >> dimension & 1 == 1 }
      let extent = shape[dimension]
      func place(_ number: Int) -> Int { min(max(number < 0 ? number + extent : number, 0), extent) }
      begin[dimension] = has(0) && !has(4) ? 0 : place(first)
      let last = has(4) ? begin[dimension] + 1 : has(1) ? extent : place(end)
      strides[dimension] = has(4) ? 1 : stride
      extents[dimension] = (last - begin[dimension] + strides[dimension] - 1) / strides[dimension]
    }
    try appendSlice(site, x, begin: begin, extents: extents, strides: strides, to: y)
  }

  /// Operands: axis, x. Parts of one size.
  mutating func importSplit(_ site: Site) throws {
    let x = try input(1, of: site)
    let axis = try int32Constant(0, of: site)
    try appendParts(site, x, axis: axis)
  }

  /// Operands: x, sizes, axis. The sizes are those of the outputs.
  mutating func importSplitV(_ site: Site) throws {
    let x = try input(0, of: site)
    let axis = try int32Constant(2, of: site)
    try appendParts(site, x, axis: axis)
  }

  private mutating func appendParts(_ site: Site, _ x: TensorID, axis numbers: [Int]) throws {
    let shape = result[x].shape
    guard numbers.count == 1 else {
      throw ImportError.damaged(site.description, found: "\(numbers.count) axes", expected: "1")
    }
    let axis = try dimension(numbers[0], of: shape.count, at: site)
    let parts = try site.operation.outputs.map { try addActivation($0, at: site.description, storage: .value) }
    try expectParts(parts, of: shape, along: axis, at: site)
    var begin = shape.map { _ in 0 }
    for part in parts {
      try appendSlice(
        site, x, begin: begin, extents: result[part].shape, strides: shape.map { _ in 1 }, to: part)
      begin[axis] += result[part].shape[axis]
    }
  }

  /// Appends y[q] = x[begin + q·strides], and a reshape behind it where y leaves out dimensions of one element.
  private mutating func appendSlice(
    _ site: Site, _ x: TensorID, begin: [Int], extents: [Int], strides: [Int], to y: TensorID
  ) throws {
    let shape = result[x].shape
    let fits = shape.indices.allSatisfy {
      begin[$0] >= 0 && extents[$0] >= 1 && strides[$0] <= 1 << 24 && extents[$0] <= shape[$0]
        && begin[$0] + (extents[$0] - 1) * strides[$0] < shape[$0]
    }
    guard fits, result[y].elementCount == extents.reduce(1, *) else {
      throw ImportError.damaged(
        site.description, found: "output \(result[y].shape)",
        expected: "\(extents) from \(begin) with strides \(strides) of \(shape)")
    }
    try expectSameQuantization(x, y, at: site)
    if extents == shape { return append(.reshape, [x], y) }
    try expectCopy(
      StridedCopy.slice(of: shape, inner: extents, begin: begin, strides: strides), of: shape, at: site)
    guard result[y].shape != extents else { return append(.slice(begin: begin, strides: strides), [x], y) }
    var slice = result[y]
    slice.name = unique("\(slice.name)/slice", index: y.index)
    slice.shape = extents
    let id = result.add(slice)
    append(.slice(begin: begin, strides: strides), [x], id)
    append(.reshape, [id], y)
  }

  // MARK: Transposes

  /// A reshape where only dimensions of one element move.
  mutating func importTranspose(_ site: Site) throws {
    let x = try input(0, of: site)
    let y = try output(of: site)
    let shape = result[x].shape
    let permutation = try int32Constant(1, of: site)
    guard permutation.sorted() == Array(shape.indices), result[y].shape == permutation.map({ shape[$0] }) else {
      throw ImportError.damaged(
        site.description, found: "\(shape) transposed by \(permutation) to \(result[y].shape)",
        expected: "each dimension once")
    }
    try expectSameQuantization(x, y, at: site)
    let moved = permutation.filter { shape[$0] > 1 }
    if moved == moved.sorted() { return append(.reshape, [x], y) }
    try expectCopy(StridedCopy.transpose(of: shape, permutation: permutation), of: shape, at: site)
    append(.transpose(permutation: permutation), [x], y)
  }

  // MARK: Parts

  /// A dimension from its number, which may count from the end.
  func dimension(_ number: Int, of rank: Int, at site: Site) throws -> Int {
    let dimension = number < 0 ? number + rank : number
    guard (0..<rank).contains(dimension) else {
      throw ImportError.damaged(
        site.description, found: "dimension \(number) of \(rank)", expected: "\(-rank) to \(rank - 1)")
    }
    return dimension
  }

  /// Parts that fill `whole` along one dimension and are as large in the others.
  private func expectParts(_ parts: [TensorID], of whole: [Int], along axis: Int, at site: Site) throws {
    let shapes = parts.map { result[$0].shape }
    guard shapes.allSatisfy({ $0.isEqual(to: whole, butFor: axis) }), shapes.reduce(0, { $0 + $1[axis] }) == whole[axis]
    else {
      throw ImportError.damaged(
        site.description, found: "the parts \(shapes) of \(whole) along dimension \(axis)",
        expected: "parts that fill it")
    }
  }

  private func expectCopy(_ copy: StridedCopy?, of shape: [Int], at site: Site) throws {
    guard copy != nil else {
      throw ImportError.unsupported(
        site.description, found: "a motion of \(shape) that no four dimensions describe",
        expected: "at most four that move apart", advice: "do it in two steps, fewer dimensions at a time")
    }
  }
}

extension [Int] {
  /// Whether two shapes are the same, the extent of one dimension aside.
  fileprivate func isEqual(to other: [Int], butFor dimension: Int) -> Bool {
    count == other.count && indices.allSatisfy { $0 == dimension || self[$0] == other[$0] }
  }
}
