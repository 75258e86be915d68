import Datasets
import Testing

@Suite struct InputEncoderTests {
  /// Scale 1/256 and zero point -128, as of most image models; scale 0.5 and zero point 10.
  static let rows: [(Float, Int, String, SampleValues, [Int8])] = [
    (1 / 256, -128, "auto", .unsigned([0, 1, 127, 128, 255]), [-128, -127, -1, 1, 127]),
    (1 / 255, -128, "auto", .unsigned([0, 1, 127, 128, 255]), [-128, -127, -1, 0, 127]),
    (1 / 256, -128, "auto", .signed([-128, 0, 127]), [-128, 0, 127]),
    (0.5, 10, "auto", .real([0, 0.25, -0.25, 0.24, 1e30, -1e30]), [10, 11, 9, 10, 127, -128]),
    (0.5, 10, "raw", .unsigned([0, 128, 255]), [-128, 0, 127]),
    (0.5, 10, "raw", .signed([-128, 5, 127]), [-128, 5, 127]),
    (0.5, 10, "raw", .real([-3, 2.5, -2.5, 1000]), [-3, 3, -3, 127]),
    (0.5, 10, "0.25", .unsigned([0, 1, 2, 255]), [10, 11, 11, 127]),
    (0.5, 10, "0.25", .signed([-128, -1, 2]), [-54, 9, 11]),
    (0.5, 10, "0.25", .real([1, -1, 4]), [11, 9, 12]),
    (0.5, 10, "-1", .real([1, -1]), [8, 12]),
  ]

  @Test(arguments: rows) func codes_areThoseOfTheTable(
    row: (Float, Int, String, SampleValues, [Int8])
  ) throws {
    let inputScale = try #require(InputScale(row.2))
    let encoder = InputEncoder(scale: row.0, zeroPoint: row.1, inputScale: inputScale)
    #expect(encoder.codes(of: row.3) == row.4)
  }

  @Test(arguments: ["", "AUTO", "0", "nan", "inf", "1/255", "x"])
  func inputScale_refuses(_ text: String) {
    #expect(InputScale(text) == nil)
  }
}
