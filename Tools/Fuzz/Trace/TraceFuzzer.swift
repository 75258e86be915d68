import DeviceLink

/// Any bytes: a capture that is listed and replayed, or a sentence.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTrace(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    let packets = try PacketCapture.packets(of: Array(UnsafeBufferPointer(start: data, count: count)), name: "fuzz")
    _ = try TraceListing(packets, name: "fuzz").rows
    _ = try TraceReplay(packets, name: "fuzz").difference
  } catch {
    precondition(!"\(error)".isEmpty)
  }
  return 0
}
