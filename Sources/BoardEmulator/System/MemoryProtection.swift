import EmulatorCore

/// The memory protection unit (DDI 0403E, B3.5): eight regions, the highest numbered one that holds an address decides
/// what may be done there and whether the caches may hold it.
///
/// Invariants
///   - While the unit is on, pages of 4 KB whose bytes are all alike are protected in the core itself; what a region
///     smaller than a page forbids to write is looked at store by store. Reads and fetches within such a mixed page are
///     not held back.
///   - Register windows are not protected.
final class MemoryProtection: Peripheral {
  private enum Offset {
    static let type: UInt32 = 0, ctrl: UInt32 = 4, rnr: UInt32 = 8, rbar: UInt32 = 12, rasr: UInt32 = 16, last: UInt32 = 40
  }
  /// What RASR says of a region.
  private struct Region {
    var base: UInt32 = 0
    var attributes: UInt32 = 0

    var isEnabled: Bool { attributes & 1 != 0 }
    var sizeLog2: UInt32 { (attributes >> 1 & 0x1F) + 1 }
    var last: UInt32 { base | UInt32((UInt64(1) << sizeLog2) - 1) }

    /// Regions of 256 bytes and more leave out eighths by SRD.
    func contains(_ address: UInt32) -> Bool {
      guard isEnabled, address >= base, address <= last else { return false }
      return sizeLog2 < 8 || attributes >> (8 + (address - base) >> (sizeLog2 - 3)) & 1 == 0
    }
  }
  /// Attributes of memory, as the default map has them or a region.
  struct Permission: Hashable {
    var mayRead = true
    var mayWrite = true
    var mayExecute = true
    var isCacheable = true
    var isWriteBack = true
  }

  static let pageBytes: UInt32 = 4096
  let name = "MPU"
  let base: UInt32 = 0xE000_ED90
  let registers: [Register]
  private unowned let machine: Machine
  private var control: UInt32 = 0
  private var number = 0
  private var regions = [Region](repeating: Region(), count: 8)
  /// Pages that the core holds to another access than a machine without the unit does.
  private var protected: [Range<UInt32>] = []

  init(_ machine: Machine) {
    self.machine = machine
    let pairs = (0..<4 as Range<UInt32>).flatMap { alias in
      let suffix = alias == 0 ? "" : "_A\(alias)"
      return [
        Register("RBAR\(suffix)", at: Offset.rbar + 8 * alias, writable: .max, "DDI 0403E B3.5.8"),
        Register("RASR\(suffix)", at: Offset.rasr + 8 * alias, writable: 0x173F_FF3F, "DDI 0403E B3.5.9"),
      ]
    }
    registers = [
      Register("TYPE", at: Offset.type, reset: 8 << 8, readOnly: .max, "DDI 0403E B3.5.5"),
      Register("CTRL", at: Offset.ctrl, writable: 7, "DDI 0403E B3.5.6"),
      Register("RNR", at: Offset.rnr, writable: 0xFF, "DDI 0403E B3.5.7"),
    ] + pairs
  }

  func reset(_ cause: ResetCause) {
    control = 0
    number = 0
    regions = [Region](repeating: Region(), count: 8)
    apply()
  }

  private var isOn: Bool { control & 1 != 0 }

  func read(_ offset: UInt32) -> UInt32 {
    switch offset {
    case Offset.type: 8 << 8
    case Offset.ctrl: control
    case Offset.rnr: UInt32(number)
    default: (offset - Offset.rbar) & 4 == 0 ? regions[number].base | UInt32(number) : regions[number].attributes
    }
  }

  func write(_ value: UInt32, to offset: UInt32) {
    switch offset {
    case Offset.type: return
    case Offset.ctrl:
      let wasOn = isOn
      control = value
      if isOn && !wasOn { machine.note("MPU on: \(regions.filter(\.isEnabled).count) regions") }
    case Offset.rnr: number = Int(value & 7)
    default:
      if (offset - Offset.rbar) & 4 == 0 { writeBase(value) } else { writeAttributes(value) }
    }
    // Between two blocks: the one that runs may lie in a page whose access changes.
    if offset == Offset.ctrl || (isOn && offset != Offset.rnr) { machine.schedule(at: machine.now) { [unowned self] in apply() } }
  }

  /// VALID takes the region's number from the same word.
  private func writeBase(_ value: UInt32) {
    if value & 0x10 != 0 { number = Int(value & 7) }
    regions[number].base = value & ~0x1F
  }

  private func writeAttributes(_ value: UInt32) {
    regions[number].attributes = value
    let region = regions[number]
    guard region.isEnabled else { return }
    if region.sizeLog2 < 5 || UInt64(region.base) & ((1 << UInt64(region.sizeLog2)) - 1) != 0 {
      machine.stop(
        .brokenRule,
        "MPU_RASR: region \(number) begins at 0x\(hex(region.base)) and has 2^\(region.sizeLog2) bytes: expected at least 32 bytes, "
          + "and a base that is a multiple of the size (DDI 0403E B3.5.8)")
    }
  }

  // MARK: What holds where

  func permission(at address: UInt32) -> Permission {
    let isFlash = address < 0x2000_0000
    guard isOn else { return Permission(isWriteBack: !isFlash) }
    guard let region = regions.last(where: { $0.contains(address) }) else {
      let hasBackground = control & 4 != 0
      return Permission(
        mayRead: hasBackground, mayWrite: hasBackground, mayExecute: hasBackground, isCacheable: hasBackground, isWriteBack: !isFlash)
    }
    let access = region.attributes >> 24 & 7
    let type = region.attributes >> 16 & 0x3F  // TEX, S, C, B
    let isExtended = type & 0x20 != 0  // TEX 1xx: outer and inner policy apart; the inner one is in C and B
    let isCached = isExtended ? type & 3 != 0 : type & 2 != 0
    return Permission(
      mayRead: access != 0, mayWrite: (1...3).contains(access), mayExecute: access != 0 && region.attributes & 1 << 28 == 0,
      // The Cortex-M7 does not cache what is shareable.
      isCacheable: isCached && type & 4 == 0, isWriteBack: isExtended ? type & 1 != 0 : type & 1 != 0)
  }

  func mayWrite(_ address: UInt32, width: UInt32) -> Bool {
    !isOn || (permission(at: address).mayWrite && permission(at: address + width - 1).mayWrite)
  }

  func mayRead(_ address: UInt32) -> Bool { !isOn || permission(at: address).mayRead }
  func mayExecute(_ address: UInt32) -> Bool { !isOn || permission(at: address).mayExecute }

  // MARK: The core's pages

  /// Hands every page its access, runs of alike ones at once.
  private func apply() {
    for range in protected { protect(range, Permission()) }
    protected = []
    guard isOn else { return }
    for memory in machine.memory {
      let end = memory.start + memory.size
      var start = memory.start
      while start < end {
        let access = pagePermission(start)
        var next = start + Self.pageBytes
        while next < end && pagePermission(next) == access { next += Self.pageBytes }
        if !(access.mayRead && access.mayWrite && access.mayExecute) {
          protect(start..<next, access)
          protected.append(start..<next)
        }
        start = next
      }
    }
  }

  /// Of a mixed page: writes are looked at one by one, all else is allowed that is somewhere in it.
  private func pagePermission(_ page: UInt32) -> Permission {
    let first = permission(at: page)
    let isMixed = regions.contains { region in
      guard region.isEnabled else { return false }
      let step = region.sizeLog2 < 8 ? region.sizeLog2 : region.sizeLog2 - 3
      return step < 12 && region.base <= page | (Self.pageBytes - 1) && region.last >= page
    }
    var result = Permission(mayRead: first.mayRead, mayWrite: first.mayWrite, mayExecute: first.mayExecute)
    guard isMixed else { return result }
    for offset in stride(from: 32 as UInt32, to: Self.pageBytes, by: 32) {
      let here = permission(at: page + offset)
      result.mayRead = result.mayRead || here.mayRead
      result.mayExecute = result.mayExecute || here.mayExecute
      result.mayWrite = result.mayWrite && here.mayWrite
    }
    return result
  }

  private func protect(_ range: Range<UInt32>, _ permission: Permission) {
    guard let memory = machine.region(at: range.lowerBound) else { return }
    // Stores into flash always go to the flash controller.
    let bits =
      (permission.mayRead ? EMULATOR_READ.rawValue : 0) | (permission.mayExecute ? EMULATOR_EXECUTE.rawValue : 0)
      | (permission.mayWrite && memory.kind == .ram ? EMULATOR_WRITE.rawValue : 0)
    if !emulator_core_protect(machine.core, range.lowerBound, range.upperBound - range.lowerBound, bits) {
      machine.stop(.broken, "libunicorn: refuses to protect 0x\(hex(range.lowerBound))")
    }
  }
}
