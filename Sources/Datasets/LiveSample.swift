import Foundation

/// One sample that came in over a live source.
package struct LiveSample: Equatable, Sendable {
  package let values: SampleValues
  /// `nil` for a sample that is only to be classified.
  package let label: Int?

  package init(values: SampleValues, label: Int?) {
    self.values = values
    self.label = label
  }
}

/// What samples of a live source must satisfy; `nil` means anything.
package struct LiveSampleFormat: Sendable {
  package let valueCount: Int?
  package let classCount: Int?
  package let requiresLabel: Bool

  package init(valueCount: Int? = nil, classCount: Int? = nil, requiresLabel: Bool = true) {
    self.valueCount = valueCount
    self.classCount = classCount
    self.requiresLabel = requiresLabel
  }

  /// Reads one line: a JSON object with
  /// - `x`, an array of finite real values, or `x64`, base64 of bytes whose format `type` names:
  ///   `u8` (also without `type`), `i8`, or `f32`, little-endian;
  /// - `label`, an integer from 0.
  ///
  /// - Parameter place: names the line in the error's sentence.
  package func sample(fromLine line: some DataProtocol, place: String) throws -> LiveSample {
    let content: Line
    do {
      content = try JSONDecoder().decode(Line.self, from: Data(line))
    } catch {
      throw DatasetError(
        .damaged, place, found: "no such object",
        expected: "{\"x\": [numbers], \"label\": n} or {\"x64\": \"base64\", \"type\": \"u8\", "
          + "\"label\": n}")
    }
    let values = try content.values(place: place)
    try check(values, label: content.label, place: place)
    return LiveSample(values: values, label: content.label)
  }

  private func check(_ values: SampleValues, label: Int?, place: String) throws {
    if let valueCount, values.count != valueCount {
      throw DatasetError(
        .mismatch, place, found: "\(values.count) values",
        expected: "\(valueCount), the size of the model's input")
    }
    guard values.count > 0 else {
      throw DatasetError(.mismatch, place, found: "no values", expected: "at least one")
    }
    guard let label else {
      guard requiresLabel else { return }
      throw DatasetError(.mismatch, place, found: "no label", expected: "\"label\": n")
    }
    guard 0..<(classCount ?? .max) ~= label else {
      throw DatasetError(
        .mismatch, place, found: "label \(label)",
        expected: classCount.map { "0 to \($0 - 1)" } ?? "0 or more")
    }
  }

  private struct Line: Decodable {
    let x: [Float]?
    let x64: String?
    let type: Dataset.ElementType?
    let label: Int?

    func values(place: String) throws -> SampleValues {
      switch (x, x64) {
      case (let numbers?, nil):
        return .real(try finite(numbers[...], place: place))
      case (nil, let text?):
        guard let bytes = Data(base64Encoded: text) else {
          throw DatasetError(.damaged, place, found: "an x64 that is no base64", expected: "base64")
        }
        return try values(of: [UInt8](bytes)[...], place: place)
      case (nil, nil), (.some, .some):
        throw DatasetError(
          .damaged, place, found: x == nil ? "neither x nor x64" : "both x and x64",
          expected: "one of the two")
      }
    }

    private func values(of bytes: ArraySlice<UInt8>, place: String) throws -> SampleValues {
      switch type ?? .unsigned {
      case .unsigned: return .unsigned(bytes)
      case .signed: return .signed(bytes.map(Int8.init(bitPattern:))[...])
      case .real:
        guard bytes.count % 4 == 0,
          case .real(let numbers) = ElementFormat.f32.decode(
            bytes, bigEndian: false)
        else {
          throw DatasetError(
            .damaged, place, found: "\(bytes.count) bytes of type f32",
            expected: "a multiple of 4")
        }
        return .real(try finite(numbers[...], place: place))
      }
    }

    private func finite(_ numbers: ArraySlice<Float>, place: String) throws -> ArraySlice<Float> {
      if let index = numbers.firstIndex(where: { !$0.isFinite }) {
        throw DatasetError(
          .damaged, "\(place): value \(index)", found: "\(numbers[index])",
          expected: "a finite number")
      }
      return numbers
    }
  }
}
