import FirmwareRuntime
import Testing

/// The firmware's store of training states on flash that loses power.
@Suite(.serialized) struct StateStoreTests {
  /// A model of four segments, two with an odd end and one empty, and its store.
  private final class Device {
    static let byteCounts = [8, 13, 5, 0]
    var store = state_store()
    private let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 26)
    private let segments = UnsafeMutablePointer<step_segment>.allocate(capacity: 4)
    var model = step_model()

    /// Boots: `opened` is where the state stands that was found.
    private(set) var opened: state_place?

    init(_ flash: SimulatedFlash, hashes: [UInt64] = [1, 2, 3, 4]) {
      memory.initialize(repeating: 0, count: 26)
      var start = 0
      for (index, count) in Self.byteCounts.enumerated() {
        segments[index] = step_segment(data: memory + start, byte_count: UInt32(count), kind: UInt8(index))
        start += count
      }
      model.segment_count = 4
      model.segments = UnsafePointer(segments)
      (model.model_hash, model.plan_hash) = (hashes[0], hashes[1])
      (model.semantics_hash, model.layout_hash) = (hashes[2], hashes[3])
      var place = state_place()
      if state_store_open(&store, flash.device, &model, &place) { opened = place }
    }

    deinit {
      memory.deallocate()
      segments.deallocate()
    }

    var state: [UInt8] {
      get { Array(UnsafeBufferPointer(start: memory, count: 26)) }
      set { for (index, byte) in newValue.enumerated() { memory[index] = byte } }
    }

    /// Keeps the state number `number`, which stands at that index of run 7.
    func keep(_ number: UInt8) -> Bool {
      state = Self.state(number)
      return state_store_keep(&store, &model, Self.place(number))
    }

    func holds(_ number: UInt8) -> Bool { state_store_holds(&store, &model, Self.place(number)) }

    static func place(_ number: UInt8) -> state_place { state_place(run: 7, next_index: UInt32(number)) }
    static func state(_ number: UInt8) -> [UInt8] { (0..<26).map { number &* 37 &+ $0 &* 11 } }
  }

  /// What a boot finds: nil for no state; it must be a whole one, at its own place.
  private func boot(_ flash: SimulatedFlash) throws -> UInt8? {
    let device = Device(flash)
    guard let place = device.opened else {
      #expect(device.state == [UInt8](repeating: 0, count: 26) && device.store.generation == 0)
      return nil
    }
    let number = UInt8(place.next_index)
    #expect(place.run == 7 && device.state == Device.state(number) && device.holds(number))
    return number
  }

  @Test func states_alternateBetweenTheSlots() throws {
    let flash = SimulatedFlash()
    #expect(try boot(flash) == nil)
    for number in UInt8(1)...5 {
      let device = Device(flash)
      #expect(!device.holds(number))
      #expect(device.keep(number) && device.holds(number) && device.store.generation == UInt32(number))
      #expect(try boot(flash) == number)
    }
    #expect(flash.violations == 0)
  }

  /// After each number of states kept before, at each operation, in each way.
  @Test(arguments: 0..<4, SimulatedFlash.Interruption.allCases)
  func writing_interruptedAnywhere_leavesTheOlderStateOrTheNewer(
    _ keptBefore: Int, _ interruption: SimulatedFlash.Interruption
  ) throws {
    let older = keptBefore == 0 ? nil : UInt8(keptBefore)
    let newer = UInt8(keptBefore + 1)
    var operation = 0
    while true {
      let flash = SimulatedFlash(seed: UInt64(operation))
      let device = Device(flash)
      for number in 1..<newer { #expect(device.keep(number)) }
      flash.interrupted = flash.operations + operation
      flash.interruption = interruption
      let isKept = device.keep(newer)
      flash.restorePower()
      let found = try boot(flash)
      if isKept {
        #expect(found == newer && operation > 20)
        return
      }
      #expect(found == older || found == newer, "operation \(operation), seed \(operation)")
      #expect(device.store.generation == UInt32(keptBefore))
      let next = Device(flash)
      #expect(next.keep(newer + 1))
      #expect(try boot(flash) == newer + 1, "operation \(operation), seed \(operation)")
      #expect(flash.violations == 0)
      operation += 1
    }
  }

  /// One that was damaged in flash, in any bit that is used, does not count.
  @Test func damage_anywhere_leavesTheOlderState() throws {
    let flash = SimulatedFlash()
    let device = Device(flash)
    #expect(device.keep(1) && device.keep(2))
    let whole = flash.contents
    let used = whole[..<SimulatedFlash.slotBytes].lastIndex { $0 != 0xFF } ?? 0
    for bit in 0..<8 * used {
      var damaged = whole
      damaged[bit / 8] ^= 1 << (bit % 8)
      flash.contents = damaged
      #expect(try boot(flash) == 1, "bit \(bit)")
    }
  }

  @Test func states_ofAnotherModel_doNotCount() throws {
    let flash = SimulatedFlash()
    #expect(Device(flash).keep(1))
    for index in 0..<4 {
      var hashes: [UInt64] = [1, 2, 3, 4]
      hashes[index] += 1 << 40
      #expect(Device(flash, hashes: hashes).opened == nil)
    }
    let other = Device(flash, hashes: [5, 6, 7, 8])
    #expect(other.keep(9) && other.store.generation == 1)
    #expect(Device(flash, hashes: [5, 6, 7, 8]).opened?.next_index == 9)
  }

  @Test func holds_whatIsTheSameInEveryRespect() {
    let flash = SimulatedFlash()
    let device = Device(flash)
    #expect(device.keep(3))
    #expect(!state_store_holds(&device.store, &device.model, state_place(run: 8, next_index: 3)))
    #expect(!state_store_holds(&device.store, &device.model, state_place(run: 7, next_index: 4)))
    device.state[25] ^= 1
    #expect(!device.holds(3))
  }
}
