import FirmwareRuntime

/// Flash of two slots as a chip has it: an erase makes every bit 1, programming a word only makes bits 0, and power
/// may go in the middle of either. One exists at a time: C calls it without a context.
final class SimulatedFlash {
  static let slotBytes = 256

  enum Interruption: CaseIterable {
    /// Power goes before the operation has begun.
    case before
    /// Some bits have changed, and others have not.
    case within
    /// The flash reports an error; power stays.
    case error
  }

  /// Erases and words programmed so far.
  private(set) var operations = 0
  /// Words that were programmed without having been erased.
  private(set) var violations = 0
  /// The number of the operation that goes wrong.
  var interrupted: Int?
  var interruption = Interruption.before
  var random: SeededGenerator
  private var hasPower = true
  private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * slotBytes)
  private let table = UnsafeMutablePointer<state_flash>.allocate(capacity: 1)

  nonisolated(unsafe) private static var current: SimulatedFlash?

  init(seed: UInt64 = 1) {
    random = SeededGenerator(seed: seed)
    bytes.initialize(repeating: 0xFF, count: 2 * Self.slotBytes)
    table.initialize(
      to: state_flash(
        slots: (UnsafePointer(bytes), UnsafePointer(bytes + Self.slotBytes)), slot_bytes: UInt32(Self.slotBytes),
        erase_milliseconds: 1, bytes_per_millisecond: 1,
        erase: { SimulatedFlash.current?.erase(slot: Int($0)) ?? false },
        program: { slot, offset, source, count in
          SimulatedFlash.current?.program(
            at: Int(slot) * SimulatedFlash.slotBytes + Int(offset), Array(UnsafeBufferPointer(start: source, count: Int(count)))) ?? false
        }))
    Self.current = self
  }

  deinit {
    bytes.deallocate()
    table.deallocate()
  }

  var device: UnsafePointer<state_flash> { UnsafePointer(table) }

  var contents: [UInt8] {
    get { Array(UnsafeBufferPointer(start: bytes, count: 2 * Self.slotBytes)) }
    set { for (index, byte) in newValue.enumerated() { bytes[index] = byte } }
  }

  func restorePower() {
    hasPower = true
    interrupted = nil
  }

  private func erase(slot: Int) -> Bool {
    operate(slot * Self.slotBytes..<(slot + 1) * Self.slotBytes) { _, _ in 0xFF }
  }

  private func program(at start: Int, _ source: [UInt8]) -> Bool {
    for offset in stride(from: 0, to: source.count, by: 4) {
      let word = Array((source + [0xFF, 0xFF, 0xFF])[offset..<offset + 4])
      let place = start + offset..<start + offset + 4
      if hasPower, place.contains(where: { bytes[$0] != 0xFF }) { violations += 1 }
      guard operate(place, { $0 & word[$1 - place.lowerBound] }) else { return false }
    }
    return true
  }

  /// One operation on the bytes of `place`.
  private func operate(_ place: Range<Int>, _ change: (UInt8, Int) -> UInt8) -> Bool {
    guard hasPower else { return false }
    let isInterrupted = operations == interrupted
    operations += 1
    for index in place where !isInterrupted || interruption == .within {
      let mask = isInterrupted ? UInt8.random(in: 0...255, using: &random) : 0xFF
      bytes[index] = bytes[index] & ~mask | change(bytes[index], index) & mask
    }
    hasPower = !isInterrupted || interruption == .error
    return !isInterrupted
  }
}
