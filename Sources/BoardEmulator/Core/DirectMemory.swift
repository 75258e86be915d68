/// What a bus master other than the core sees: DMA streams read and write here and nowhere else.
///
/// On the Cortex-M7 the D-cache stands between the core and memory: a line DMA has written and the core has not
/// invalidated, or one the core has written and not cleaned, differs from what the other side sees. Memory here is the
/// core's view; `CacheShadow` says where the two may differ.
extension Machine {
  /// - Parameter master: for people: `DMA2 stream 5`.
  /// - Returns: nil on a bus error.
  package func masterRead(_ address: UInt32, width: UInt32, by master: String) -> UInt32? {
    guard let region = region(at: address, count: width) else { return masterReadsRegister(address, width) }
    guard isReached(region, address, master) else { return nil }
    // The core's tightly coupled memory sleeps with the core (ES0290, "DTCM-RAM not accessible in read when the MCU is in
    // Sleep mode"): a master reads zeros there.
    if isAsleep && region.name == "DTCM" { return 0 }
    cacheShadow.reads(address, count: width, in: region, by: master)
    let bytes = (0..<width).map { UInt32(region[address + $0]) << (8 * $0) }
    return bytes.reduce(0, |)
  }

  /// - Returns: false on a bus error.
  package func masterWrite(_ value: UInt32, to address: UInt32, width: UInt32, by master: String) -> Bool {
    guard let region = region(at: address, count: width) else { return masterWritesRegister(value, address, width) }
    guard isReached(region, address, master) else { return false }
    guard region.kind == .ram else {
      stop(.brokenRule, "\(master) writes 0x\(hex(address)), which is flash: expected a buffer in SRAM")
      return false
    }
    for byte in 0..<width { region[address + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    cacheShadow.wrote(address, count: width, in: region, by: master)
    return true
  }

  private func isReached(_ region: MemoryRegion, _ address: UInt32, _ master: String) -> Bool {
    if !region.isReachedByDMA {
      stop(
        .brokenRule, "\(master) points to 0x\(hex(address)) in \(region.name), which DMA does not reach: expected a buffer in SRAM")
    }
    return region.isReachedByDMA
  }

  private func isRegister(_ address: UInt32) -> Bool {
    board.chip.registerWindows.contains { $0.contains(address) } && address < 0xE000_0000
  }

  private func masterReadsRegister(_ address: UInt32, _ width: UInt32) -> UInt32? {
    isRegister(address) ? bus.read(address, width: width) : nil
  }

  private func masterWritesRegister(_ value: UInt32, _ address: UInt32, _ width: UInt32) -> Bool {
    guard isRegister(address) else { return false }
    bus.write(value, to: address, width: width)
    return true
  }
}
