import ArtifactManifest
import Foundation

/// What the steps of a counted firmware train on.
package struct CountedSample: Hashable, Sendable {
  package var input: [Int8]
  package var label: Int
  /// Of a target that is not a class: as on the wire, two bytes each.
  package var target: [Int16]
  package var rateMantissa: UInt32
  /// Of the first step, whose result is compared, and of the counted one.
  package var firstRateShift: UInt32
  package var rateShift: UInt32
  /// Of the training state after the first step; nil: not known.
  package var digest: HexDigest?
  /// From the initial weights; the last one is counted. Before it the rate is 0, and exponents of errors find their values.
  package var steps = 8

  /// The artifact's golden step, whose result is known.
  package init(golden manifest: ArtifactManifest) throws(FirmwareBuildError) {
    let golden = manifest.golden
    guard let input = Data(base64Encoded: golden.input), let target = Data(base64Encoded: golden.target) else {
      throw .badArtifact("manifest of '\(manifest.name)': golden sample: not base64: compile again")
    }
    self.input = input.map(Int8.init(bitPattern:))
    self.label = golden.label
    self.target = stride(from: 0, to: target.count - 1, by: 2).map { index in
      Int16(truncatingIfNeeded: Int(target[index]) | Int(target[index + 1]) << 8)
    }
    (rateMantissa, firstRateShift, rateShift) = (golden.rateMantissa, golden.rateShift, golden.rateShift)
    digest = golden.digest
  }

  /// Another input with a label, at the golden step's rate.
  package init(input: [Int8], label: Int, like manifest: ArtifactManifest) throws(FirmwareBuildError) {
    try self.init(golden: manifest)
    (self.input, self.label, digest) = (input, label, nil)
  }

  static let headerName = "counted_sample.h"

  /// For `Firmware/profiler/counted_step.c`.
  var header: String {
    """
    #ifndef FIELDTUNE_COUNTED_SAMPLE_H
    #define FIELDTUNE_COUNTED_SAMPLE_H

    #include <stdint.h>

    #define COUNTED_STEPS \(steps)u
    #define COUNTED_LABEL \(label)u
    #define COUNTED_RATE_MANTISSA \(rateMantissa)u
    #define COUNTED_FIRST_RATE_SHIFT \(firstRateShift)u
    #define COUNTED_RATE_SHIFT \(rateShift)u
    #define COUNTED_DIGEST UINT64_C(0x\(digest?.text ?? "0"))
    #define COUNTED_TARGET counted_target

    static const int16_t counted_target[] = {\(target.isEmpty ? "0" : list(target))};
    static const int8_t counted_input[] = {\(list(input))};

    #endif

    """
  }

  private func list<Number: BinaryInteger>(_ numbers: [Number]) -> String {
    numbers.map { "\($0)" }.joined(separator: ", ")
  }
}
