import GraphIR

/// Where the taps of a window fall: output cell (oy, ox), tap (ky, kx) reads input cell
/// (oy · stride + ky · dilation - pad, …).
struct SlidingWindow {
  let window: Window
  let inputHeight: Int
  let inputWidth: Int
  let outputHeight: Int
  let outputWidth: Int

  /// `map` is the forward operation's input, `cells` its output, both (1, H, W, C).
  init(_ window: Window, map: [Int], cells: [Int]) {
    self.window = window
    inputHeight = map[1]
    inputWidth = map[2]
    outputHeight = cells[1]
    outputWidth = cells[2]
  }

  /// Whether some taps of some cells fall outside of the map.
  var hasOutside: Bool {
    let (height, width) = ((window.kernelHeight - 1) * window.dilationHeight, (window.kernelWidth - 1) * window.dilationWidth)
    let lastRow = (outputHeight - 1) * window.strideHeight + height - window.padTop
    let lastColumn = (outputWidth - 1) * window.strideWidth + width - window.padLeft
    return window.padTop > 0 || window.padLeft > 0 || lastRow >= inputHeight || lastColumn >= inputWidth
  }

  var taps: Int { window.kernelHeight * window.kernelWidth }
  var outputCells: Int { outputHeight * outputWidth }
  var inputCells: Int { inputHeight * inputWidth }

  /// Calls `body(tap, input cell)` for the taps of an output cell inside the map, in row order.
  @inline(__always)
  func forEachTap(of outputCell: Int, _ body: (_ tap: Int, _ inputCell: Int) -> Void) {
    let top = outputCell / outputWidth * window.strideHeight - window.padTop
    let left = outputCell % outputWidth * window.strideWidth - window.padLeft
    for ky in 0..<window.kernelHeight {
      let y = top + ky * window.dilationHeight
      guard y >= 0, y < inputHeight else { continue }
      for kx in 0..<window.kernelWidth {
        let x = left + kx * window.dilationWidth
        guard x >= 0, x < inputWidth else { continue }
        body(ky * window.kernelWidth + kx, y * inputWidth + x)
      }
    }
  }
}
