import Dispatch
import FirmwareRuntime
import Synchronization
import Testing
import WireProtocol

/// About 16 million faulty wires in front of the firmware's decoder. `FrameFaultTests` tries the short
/// frames of the same kind on Swift's as well, and compares the two.
@Suite struct ExhaustiveFaultTests {
  private static let key: UInt32 = 0x0BAD_CAFE
  /// Header, body and checksum: from an empty body to the longest of the design page's measurement; 254
  /// fills a COBS block.
  private static let contentCounts = [12, 13, 28, 44, 76, 128, 254, 640]

  @Test func decoder_acceptsNothingWrong() {
    var wires: UInt64 = 0
    var unharmed: UInt64 = 0
    for contentCount in Self.contentCounts {
      let counts = Self.tryAll(Self.frame(contentCount).wire(key: Self.key))
      #expect(counts.wrong == 0, "\(contentCount) bytes, fault at byte \(counts.wrong_byte)")
      wires += counts.wires
      unharmed += counts.unharmed
    }
    // A zero before or behind a frame harms nothing.
    #expect(unharmed < 100, "\(unharmed) frames came out as they were sent")
    #expect(wires > 15_998_510, "\(wires) faulty wires")
    print("\(wires) faulty wires, 0 wrongly accepted, \(unharmed) unharmed")
  }

  private static func frame(_ contentCount: Int) -> Frame {
    var frame = Frame(kind: .data, sender: .host, epoch: 2)
    frame.channel = .samples
    frame.sequence = 0x0100
    frame.acknowledged = 0x1234
    frame.body = (0..<contentCount - Frame.overheadBytes).map { UInt8(truncatingIfNeeded: $0 * 37) }
    return frame
  }

  /// Early bytes have more second flips behind them: they are dealt out evenly.
  private static func tryAll(_ wire: [UInt8]) -> frame_fault_counts {
    let total = Mutex(frame_fault_counts())
    DispatchQueue.concurrentPerform(iterations: wire.count) { byte in
      let counts = frame_faults_try(wire, UInt32(wire.count), key, UInt32(byte), UInt32(byte) + 1)
      total.withLock {
        $0.wires += counts.wires
        $0.unharmed += counts.unharmed
        $0.wrong += counts.wrong
        if counts.wrong > 0 { $0.wrong_byte = counts.wrong_byte }
      }
    }
    return total.withLock { $0 }
  }
}
