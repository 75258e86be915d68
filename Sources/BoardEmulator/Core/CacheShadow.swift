import EmulatorCore

/// What the Cortex-M7's D-cache may hold that memory does not, and the other way round: lines of 32 bytes that another
/// master has written and the core has not invalidated, and what the core's lines were when it last cleaned them.
///
/// Nothing is simulated: memory always holds the newest bytes, and what would go wrong with a cache in between stops the
/// machine. It is stricter than the chip, where a stale line may have been evicted by chance. Not found: an invalidate
/// that throws away what the core has written and not cleaned.
final class CacheShadow {
  private static let lineBytes: UInt32 = 32
  private static let sets: UInt32 = 32

  private unowned let machine: Machine
  /// Who wrote the line since the core last invalidated it.
  private var stale: [UInt32: String] = [:]
  /// As the line was when it was last cleaned or invalidated.
  private var cleaned: [UInt32: [UInt8]] = [:]
  private var watched: Set<UInt32> = []

  init(_ machine: Machine) { self.machine = machine }

  func reset() {
    stale = [:]
    cleaned = [:]
  }

  private func holds(_ region: MemoryRegion, _ address: UInt32) -> MemoryProtection.Permission? {
    guard machine.board.chip.hasCaches, region.isCacheable, machine.systemControl.isDataCacheOn else { return nil }
    let permission = machine.protection.permission(at: address)
    return permission.isCacheable ? permission : nil
  }

  private func lines(_ address: UInt32, _ count: UInt32) -> StrideTo<UInt32> {
    stride(from: address & ~(Self.lineBytes - 1), to: address + count, by: Int(Self.lineBytes))
  }

  private func bytes(of line: UInt32, in region: MemoryRegion) -> [UInt8] { (0..<Self.lineBytes).map { region[line + $0] } }

  // MARK: Other masters

  func wrote(_ address: UInt32, count: UInt32, in region: MemoryRegion, by master: String) {
    guard holds(region, address) != nil else { return }
    for line in lines(address, count) { stale[line] = master }
    guard watched.insert(region.start).inserted else { return }
    // The core is told between two blocks: what it has translated does not look at reads yet.
    machine.schedule(at: machine.now) { [unowned self] in
      if !emulator_core_watch_reads(machine.core, region.start, region.start + region.size) {
        machine.stop(.broken, "libunicorn: refuses to watch reads")
      }
    }
  }

  func reads(_ address: UInt32, count: UInt32, in region: MemoryRegion, by master: String) {
    guard let permission = holds(region, address), permission.isWriteBack else { return }
    for line in lines(address, count) where stale[line] == nil && cleaned[line] != bytes(of: line, in: region) {
      machine.stop(
        .brokenRule,
        "\(master) reads 0x\(hex(address)), in a line of the D-cache that the core has \(cleaned[line] == nil ? "never" : "written since it was") cleaned: "
          + "expected a clean (DCCMVAC) before it, or memory that the cache does not hold")
    }
  }

  // MARK: The core

  func coreReads(_ address: UInt32, width: UInt32) {
    for line in lines(address, width) {
      guard let master = stale[line] else { continue }
      machine.stop(
        .brokenRule,
        "0x\(hex(address)) is read from a line of the D-cache that \(master) has written since: "
          + "expected an invalidate (DCIMVAC) of 0x\(hex(line)) before it, or memory that the cache does not hold")
    }
  }

  func invalidate(_ address: UInt32) {
    let line = address & ~(Self.lineBytes - 1)
    stale[line] = nil
    clean(line)
  }

  func clean(_ address: UInt32) {
    let line = address & ~(Self.lineBytes - 1)
    guard let region = machine.region(at: line, count: Self.lineBytes) else { return }
    cleaned[line] = bytes(of: line, in: region)
  }

  /// By set and way: which addresses that ways holds is the cache's secret, so all of that set are meant.
  func invalidate(set: UInt32) {
    for line in stale.keys where line / Self.lineBytes % Self.sets == set { stale[line] = nil }
  }

  func clean(set: UInt32) {
    for region in machine.memory where region.isCacheable && region.kind == .ram {
      for line in stride(from: region.start + set * Self.lineBytes, to: region.start + region.size, by: Int(Self.lineBytes * Self.sets)) {
        clean(line)
      }
    }
  }
}
