import FirmwareKernels
import GraphIR
import Interpreter
import Testing

/// Operations that move codes or errors about: the C kernel leaves the interpreter's bytes.
@Suite struct StructureParityTests {
  private let seeds: Range<UInt64> = 0..<400

  /// A tensor of 1 to 5 dimensions, and a part of it.
  private struct Part {
    let outer: [Int]
    let inner: [Int]
    let begin: [Int]
    let strides: [Int]

    init(_ random: inout SplitMix64, strided: Bool) {
      let rank = random.int(1...4)
      strides = (0..<rank).map { _ in strided ? random.int(1...3) : 1 }
      begin = (0..<rank).map { _ in random.int(0...2) }
      let inner = (0..<rank).map { _ in random.int(1...4) }
      self.inner = inner
      let last = zip(begin, zip(inner, strides)).map { $0 + ($1.0 - 1) * $1.1 }
      outer = last.map { $0 + 1 + random.int(0...2) }
    }

    var copy: StridedCopy? { .slice(of: outer, inner: inner, begin: begin, strides: strides) }
  }

  private func four(_ values: [Int]) -> (Int32, Int32, Int32, Int32) {
    (Int32(values[0]), Int32(values[1]), Int32(values[2]), Int32(values[3]))
  }

  private func structure(_ copy: StridedCopy) -> strided_copy {
    strided_copy(
      extent: four(copy.extents), source_stride: four(copy.sourceStrides), target_stride: four(copy.targetStrides),
      source_start: Int32(copy.sourceStart), target_start: Int32(copy.targetStart))
  }

  @Test func pad_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let part = Part(&random, strided: false)
      let codes = random.codes(part.inner.reduce(1, *))
      let zeroPoint = Int32(random.int8())
      var builder = GraphBuilder()
      let x = builder.codes("x", part.inner, codes, zeroPoint: zeroPoint)
      let y = builder.value("y", part.outer, .int8, scale: 1, zeroPoint: zeroPoint)
      builder.run(.pad(before: part.begin), [x], [y])
      var copy = structure(try #require(part.copy).reversed)
      let count = part.outer.reduce(1, *)
      var computed = [Int8](repeating: 99, count: count)
      strided_spread_s8(&copy, Int32(count), zeroPoint, codes, &computed)
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func slice_andItsErrors_agree() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let part = Part(&random, strided: true)
      let (outerCount, innerCount) = (part.outer.reduce(1, *), part.inner.reduce(1, *))
      let codes = random.codes(outerCount)
      var copy = structure(try #require(part.copy))
      var forward = GraphBuilder()
      let x = forward.codes("x", part.outer, codes)
      forward.run(
        .slice(begin: part.begin, strides: part.strides), [x], [forward.value("y", part.inner, .int8, scale: 1)])
      var sliced = [Int8](repeating: 99, count: innerCount)
      strided_copy_s8(&copy, codes, &sliced)
      try check(forward.graph, [littleEndian(sliced)], seed: seed)

      let errors = random.mantissas(outerCount, bits: 15)
      var backward = GraphBuilder()
      let range = backward.range(bits: 15, exponent: 0)
      let dy = backward.errors("dy", part.outer, errors, range: range)
      let dx = backward.value("dx", part.inner, .int16, range: range)
      backward.run(.sliceError(begin: part.begin, strides: part.strides), [dy], [dx])
      var slicedErrors = [Int16](repeating: 99, count: innerCount)
      strided_copy_s16(&copy, errors, &slicedErrors)
      try check(backward.graph, [littleEndian(slicedErrors)], seed: seed)
    }
  }

  @Test func spreadError_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let part = Part(&random, strided: true)
      let errors = random.mantissas(part.inner.reduce(1, *), bits: 15)
      var builder = GraphBuilder()
      let range = builder.range(bits: 15, exponent: 0)
      let dy = builder.errors("dy", part.inner, errors, range: range)
      let dx = builder.value("dx", part.outer, .int16, range: range)
      builder.run(.spreadError(begin: part.begin, strides: part.strides), [dy], [dx])
      var copy = structure(try #require(part.copy).reversed)
      let count = part.outer.reduce(1, *)
      var computed = [Int16](repeating: 99, count: count)
      strided_spread_s16(&copy, Int32(count), errors, &computed)
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func transpose_andItsError_agree() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let rank = random.int(1...4)
      let shape = (0..<rank).map { _ in random.int(1...5) }
      let permutation = shape.indices.shuffled(using: &random)
      let transposed = permutation.map { shape[$0] }
      let count = shape.reduce(1, *)
      let (codes, errors) = (random.codes(count), random.mantissas(count, bits: 15))
      var copy = structure(try #require(StridedCopy.transpose(of: shape, permutation: permutation)))
      var forward = GraphBuilder()
      let x = forward.codes("x", shape, codes)
      forward.run(.transpose(permutation: permutation), [x], [forward.value("y", transposed, .int8, scale: 1)])
      var computed = [Int8](repeating: 99, count: count)
      strided_copy_s8(&copy, codes, &computed)
      try check(forward.graph, [littleEndian(computed)], seed: seed)

      var backward = GraphBuilder()
      let range = backward.range(bits: 15, exponent: 0)
      let dy = backward.errors("dy", shape, errors, range: range)
      backward.run(
        .transposeError(permutation: permutation), [dy], [backward.value("dx", transposed, .int16, range: range)])
      var computedErrors = [Int16](repeating: 99, count: count)
      strided_copy_s16(&copy, errors, &computedErrors)
      try check(backward.graph, [littleEndian(computedErrors)], seed: seed)
    }
  }

  @Test func concatenate_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      var shape = (0..<random.int(1...4)).map { _ in random.int(1...4) }
      let axis = random.int(0...shape.count - 1)
      var builder = GraphBuilder()
      var inputs: [TensorID] = []
      var codes: [[Int8]] = []
      var shapes: [[Int]] = []
      for index in 0..<random.int(1...4) {
        shape[axis] = random.int(1...5)
        codes.append(random.codes(shape.reduce(1, *)))
        shapes.append(shape)
        inputs.append(builder.codes("x\(index)", shape, codes[index]))
      }
      shape[axis] = shapes.reduce(0) { $0 + $1[axis] }
      builder.run(.concatenate(axis: axis), inputs, [builder.value("y", shape, .int8, scale: 1)])
      let concatenation = Concatenation(shapes: shapes, axis: axis)
      let run = concatenation.runs.map(Int32.init)
      let ends = codes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
      var computed = [Int8](repeating: 99, count: shape.reduce(1, *))
      codes.flatMap(\.self).withUnsafeBufferPointer { all in
        run.withUnsafeBufferPointer { run in
          var layout = concatenate_shape(
            rows: Int32(concatenation.rows), input_count: Int32(run.count), run: run.baseAddress)
          let pointers = ends.dropLast().map { all.baseAddress?.advanced(by: $0) }
          concatenate_s8(&layout, pointers, &computed)
        }
      }
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }

  @Test func rescale_agrees() throws {
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let count = random.int(1...200)
      let codes = random.codes(count)
      let scales = (random.scale(-10, 2), random.scale(-10, 2))
      let zeroPoints = (Int32(random.int8()), Int32(random.int8()))
      var builder = GraphBuilder()
      let x = builder.codes("x", [count], codes, scale: scales.0, zeroPoint: zeroPoints.0)
      let y = builder.value("y", [count], .int8, scale: scales.1, zeroPoint: zeroPoints.1)
      builder.run(.rescale, [x], [y])
      let multiplier = RescaleConstants(inputScale: scales.0, outputScale: scales.1).multiplier
      var stage = rescale_stage(
        input_zero_point: zeroPoints.0, output_zero_point: zeroPoints.1, multiplier: multiplier.multiplier,
        left_shift: multiplier.leftShift)
      var computed = [Int8](repeating: 99, count: count)
      rescale_s8(Int32(count), &stage, codes, &computed)
      try check(builder.graph, [littleEndian(computed)], seed: seed)
    }
  }
}
