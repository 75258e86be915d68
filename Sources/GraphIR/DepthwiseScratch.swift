/// Scratch of the kernels of a depthwise layer, as Firmware/kernels/depthwise_rows.h cuts its maps into bands of rows.
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

  private static func rowsAtOnce(_ map: [Int]) -> Int { max(1, min(map[1], 64 / map[2])) }

  private static func tapRowWidth(_ taps: Int) -> Int { taps <= 3 ? 3 : taps <= 5 ? 5 : 7 }

  /// Bytes of a band of rows of two channels.
  private static func band(rows: Int, pitch: Int) -> Int { 4 * rows * (pitch + pitch % 2) }

  private var inputBand: Int {
    let rows = min(input[1], (Self.rowsAtOnce(output) - 1) * window.strideHeight + window.kernelHeight)
    let read = (output[2] + 3) / 4 * 4 * window.strideWidth + Self.tapRowWidth(window.kernelWidth)
    return Self.band(rows: rows, pitch: max(window.padLeft + input[2], read))
  }

  var forwardBytes: Int {
    guard goesByRows else { return 0 }
    let taps = window.kernelHeight * (Self.tapRowWidth(window.kernelWidth) - 1)
    return 4 * (2 * taps + Self.rowsAtOnce(output) * output[2] + 3) + inputBand
  }

  var backwardBytes: Int {
    guard goesByRows, window.strideHeight <= 2, window.padLeft < window.kernelWidth else { return 0 }
    let rows = Self.rowsAtOnce(input)
    let rowTaps = (window.kernelHeight + window.strideHeight - 1) / window.strideHeight
    let columnTaps = (window.kernelWidth + window.strideWidth - 1) / window.strideWidth
    let columns = (input[2] + window.strideWidth - 1) / window.strideWidth
    let width = Self.tapRowWidth(columnTaps)
    let band = Self.band(
      rows: min(output[1], rowTaps + (rows + window.strideHeight - 2) / window.strideHeight),
      pitch: max(columnTaps - 1 + output[2], 1 + (columns + 3) / 4 * 4 + width))
    let taps = window.strideWidth * window.kernelHeight * (width - 1)
    return 4 * (2 * taps + rows * input[2] + 3 * window.strideWidth) + band
  }

  var updateBytes: Int {
    guard goesByRows else { return 0 }
    let sums = window.kernelHeight * Self.tapRowWidth(window.kernelWidth)
    return 8 * sums + inputBand + Self.band(rows: Self.rowsAtOnce(output), pitch: output[2])
  }
}
