import FirmwareKernels

/// Runs the C side's order over a chain.
struct RowStreamRunner {
  var maps: [row_map]
  var stages: [row_stage]

  /// Hands `body` every step until all maps are made.
  mutating func run(_ body: (row_step) -> Void) {
    let count = Int32(stages.count)
    maps.withUnsafeMutableBufferPointer { maps in
      stages.withUnsafeBufferPointer { stages in
        var stream = row_stream(maps: maps.baseAddress, stages: stages.baseAddress, stage_count: count)
        var step = row_step()
        while row_stream_next(&stream, &step) { body(step) }
      }
    }
  }
}

extension row_map {
  /// A whole map of bytes, (1, H, W, C).
  init(_ data: UnsafeMutableRawPointer?, _ shape: [Int], isMade: Bool) {
    self.init(
      data: data, rows: Int32(shape[1]), row_bytes: Int32(shape[2] * shape[3]), capacity: Int32(shape[1]), first: 0,
      end: isMade ? Int32(shape[1]) : 0)
  }
}
