/// Scratch of the kernels of a depthwise layer, as Firmware/kernels/depthwise_rows.h cuts its maps into bands of rows.
/// A kernel's notes at its head hold addresses: their size is that of a host with 64 bits.
struct DepthwiseScratch {
  let window: Window
  let multiplier: Int
  /// (1, H, W, C)
  let input: [Int]
  let output: [Int]

  private var goesByRows: Bool {
    multiplier == 1 && window.dilationHeight == 1 && window.dilationWidth == 1 && window.kernelHeight <= 7
      && window.kernelWidth <= 7 && window.strideWidth <= 2
  }

  private var isThreeByThree: Bool {
    window.kernelHeight == 3 && window.kernelWidth <= 3 && window.strideHeight == 1 && window.strideWidth == 1
  }

  private static func rowsAtOnce(_ map: [Int]) -> Int { max(1, min(map[1], 96 / map[2])) }

  private static func tapRowWidth(_ taps: Int) -> Int { taps <= 3 ? 3 : taps <= 5 ? 5 : 7 }

  /// Bytes of a band of rows of two channels.
  private static func band(rows: Int, pitch: Int) -> Int { 4 * (rows * (pitch + pitch % 2) + 8) }

  private static func threeByThreePitch(left: Int, width: Int, count: Int) -> Int { max(left + width, count + 2 - left) }

  private var inputPitch: Int {
    if isThreeByThree { return Self.threeByThreePitch(left: window.padLeft, width: input[2], count: output[2]) }
    let read = (output[2] + 3) / 4 * 4 * window.strideWidth + Self.tapRowWidth(window.kernelWidth)
    return max(window.padLeft + input[2], read)
  }

  private var inputBand: Int {
    let rows = (Self.rowsAtOnce(output) - 1) * window.strideHeight + window.kernelHeight
    return Self.band(rows: isThreeByThree ? rows : min(input[1], rows), pitch: inputPitch)
  }

  var forwardBytes: Int {
    guard goesByRows else { return 0 }
    let taps = window.kernelHeight * (Self.tapRowWidth(window.kernelWidth) - 1)
    let sums = Self.rowsAtOnce(output) * output[2] + 3
    return 4 * (2 * taps + sums) + inputBand
  }

  var backwardBytes: Int {
    guard goesByRows, window.strideHeight <= window.strideWidth, window.padLeft < window.kernelWidth else { return 0 }
    let rows = Self.rowsAtOnce(input)
    let columnTaps = (window.kernelWidth + window.strideWidth - 1) / window.strideWidth
    let width = Self.tapRowWidth(columnTaps)
    let taps = window.strideWidth * window.kernelHeight * (width - 1)
    if isThreeByThree {
      let left = max(0, window.kernelWidth - 1 - window.padLeft)
      let pitch = Self.threeByThreePitch(left: left, width: output[2], count: input[2])
      return 184 + 4 * (2 * taps + rows * input[2] + 3) + Self.band(rows: rows + 2, pitch: pitch)
    }
    let rowTaps = (window.kernelHeight + window.strideHeight - 1) / window.strideHeight
    let columns = (input[2] + window.strideWidth - 1) / window.strideWidth
    let band = Self.band(
      rows: min(output[1], rowTaps + (rows + window.strideHeight - 2) / window.strideHeight),
      pitch: max(columnTaps - 1 + output[2], 1 + (columns + 3) / 4 * 4 + width))
    return 184 + 4 * (2 * taps + rows * input[2] + 3) + band
  }

  var updateBytes: Int {
    guard goesByRows else { return 0 }
    let sums = window.kernelHeight * (window.kernelWidth <= 3 ? 3 : 7)
    let errors = Self.band(rows: Self.rowsAtOnce(output), pitch: isThreeByThree ? inputPitch : output[2])
    return 112 + 8 * sums + inputBand + errors
  }
}
