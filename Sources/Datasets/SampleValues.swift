/// The values of one sample, in the number format of the file they came from.
package enum SampleValues: Equatable, Sendable {
  /// 0…255, such as pixels.
  case unsigned(ArraySlice<UInt8>)
  /// −128…127: codes that were quantized already.
  case signed(ArraySlice<Int8>)
  /// Real values, all finite.
  case real(ArraySlice<Float>)

  package var count: Int {
    switch self {
    case .unsigned(let values): values.count
    case .signed(let values): values.count
    case .real(let values): values.count
    }
  }
}
