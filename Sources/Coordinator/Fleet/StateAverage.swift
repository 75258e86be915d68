import ArtifactManifest

/// The mean of the training states of several boards (federated averaging: McMahan et al., arXiv 1602.05629, algorithm 1,
/// with shares of equal size), in integers: the same on every computer, whatever order the boards came in.
///
/// - Weights: of the 16-bit codes 256 · weight + residual, rounded half up; of the int8 codes where there is no residual plane.
/// - Biases and velocities: of the int32 codes, rounded half up. Counters: rounded down.
/// - Ranges of errors: the widest of each (SEMANTICS.md, "Errors"), so that no board's errors are cut off.
/// - Header (step, seed): all boards have the same.
package struct StateAverage: Sendable {
  private let segments: [ArtifactManifest.Segment]

  package init(_ segments: [ArtifactManifest.Segment]) { self.segments = segments }

  /// - Parameter states: of each board, in the order of the boards; each as many bytes as the segments have.
  package func mean(of states: [[UInt8]]) -> [UInt8] {
    let bytes = segments.reduce(0) { $0 + $1.bytes }
    precondition(!states.isEmpty && states.allSatisfy { $0.count == bytes }, "states of \(states.map(\.count)) B")
    var mean = states[0]
    var start = 0
    for segment in segments {
      let range = start..<start + segment.bytes
      switch segment.kind {
      case .header, .residuals: break
      case .ranges: chooseRanges(states, range, into: &mean)
      case .biases, .velocities: average(states, range, Int32.self, into: &mean, half: 1)
      case .counters: average(states, range, UInt64.self, into: &mean, half: 0)
      case .weights: averageWeights(states, range, residuals: self.range(of: .residuals), into: &mean)
      }
      start += segment.bytes
    }
    return mean
  }

  private func range(of kind: ArtifactManifest.Segment.Kind) -> Range<Int>? {
    var start = 0
    for segment in segments {
      if segment.kind == kind { return segment.bytes > 0 ? start..<start + segment.bytes : nil }
      start += segment.bytes
    }
    return nil
  }

  /// - Parameter half: 1 to round half up, 0 to round down.
  private static func mean(_ sum: Int, of count: Int, half: Int) -> Int {
    let (quotient, remainder) = (2 * sum + half * count).quotientAndRemainder(dividingBy: 2 * count)
    return remainder < 0 ? quotient - 1 : quotient
  }

  private func average<Number: FixedWidthInteger>(
    _ states: [[UInt8]], _ range: Range<Int>, _: Number.Type, into mean: inout [UInt8], half: Int
  ) {
    for place in stride(from: range.lowerBound, to: range.upperBound, by: Number.bitWidth / 8) {
      // No honest counter reaches 2^48, and a device that lies must not make the sum overflow.
      let sum = states.reduce(0) { $0 + min(Int(clamping: Number(littleEndianBytes: $1, at: place)), 1 << 48) }
      Number(Self.mean(sum, of: states.count, half: half)).write(to: &mean, at: place)
    }
  }

  private func averageWeights(
    _ states: [[UInt8]], _ range: Range<Int>, residuals: Range<Int>?, into mean: inout [UInt8]
  ) {
    for offset in 0..<range.count {
      let place = range.lowerBound + offset
      guard let residuals else {
        let sum = states.reduce(0) { $0 + Int(Int8(bitPattern: $1[place])) }
        mean[place] = UInt8(bitPattern: Int8(Self.mean(sum, of: states.count, half: 1)))
        continue
      }
      let low = residuals.lowerBound + offset
      let sum = states.reduce(0) { $0 + 256 * Int(Int8(bitPattern: $1[place])) + Int(Int8(bitPattern: $1[low])) }
      let wide = Self.mean(sum, of: states.count, half: 1)
      let high = (wide + 128) >> 8
      mean[place] = UInt8(bitPattern: Int8(high))
      mean[low] = UInt8(bitPattern: Int8(wide - 256 * high))
    }
  }

  /// A range is exponent, held and observed peak; one that has met an error spans held · 2^exponent.
  private func chooseRanges(_ states: [[UInt8]], _ range: Range<Int>, into mean: inout [UInt8]) {
    func span(_ state: [UInt8], _ place: Int) -> (Int, Int32, Int32) {
      let held = Int32(littleEndianBytes: state, at: place + 4)
      return (held > 0 ? 1 : 0, Int32(littleEndianBytes: state, at: place), held)
    }
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 12) {
      guard let widest = states.max(by: { span($0, place) < span($1, place) }) else { continue }
      mean.replaceSubrange(place..<place + 12, with: widest[place..<place + 12])
    }
  }
}

extension FixedWidthInteger {
  fileprivate init(littleEndianBytes bytes: [UInt8], at place: Int) {
    self = (0..<Self.bitWidth / 8).reduce(0) { $0 | Self(truncatingIfNeeded: bytes[place + $1]) << Self(8 * $1) }
  }

  fileprivate func write(to bytes: inout [UInt8], at place: Int) {
    for index in 0..<Self.bitWidth / 8 { bytes[place + index] = UInt8(truncatingIfNeeded: self >> Self(8 * index)) }
  }
}
