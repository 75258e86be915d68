/// A board the firmware can be built for: `board.json` of a folder under `Firmware/boards`.
///
/// Nothing about a board stands in Swift, and nothing that is here stands in its C: the build writes
/// the C's share of it into `board_facts.h`.
package struct Board: Hashable, Sendable, Codable {
  /// The folder's name.
  package var name: String
  /// What it is, for a person.
  package var title: String
  /// `cortex-m7`, `cortex-m4` or `host`.
  package var core: String
  package var runs: Runs
  /// Of a real board: whether `fieldtune-emulator` runs its firmware.
  package var emulated: Bool?
  package var compilerFlags: [String]
  /// C files, relative to `Firmware/boards`.
  package var sources: [String]
  /// As in the linker script; empty on the host.
  package var memory: [MemoryRegion]
  /// Relative to `Firmware/boards`; nil: `memory.ld` of the board's folder.
  package var linkerScript: String?
  /// Tried in order: the first that links is taken.
  package var placements: [Placement]
  /// The most that may be reserved for the stack; a computed bound above it fails the build. A chip reserves its bound.
  package var stackBytes: Int
  package var serial: Serial
  package var counter: Counter
  /// Of the virtual COM port of the board's probe.
  package var usbIds: [USBID]
  /// Ways to program it, best first.
  package var flashing: [FlashRecipe]
  package var qemu: QEMUMachine?

  package enum Runs: String, Hashable, Sendable, Codable {
    /// Needs the board.
    case real
    case qemu
    /// As a process of this machine.
    case host
  }

  /// Where each kind of data goes: names of `memory`.
  package struct Placement: Hashable, Sendable, Codable {
    package var stack: String
    package var data: String
    package var state: String
    package var arena: String
  }

  package struct Serial: Hashable, Sendable, Codable {
    package var defaultBaud: Int
    /// Fastest first, at most 8; empty where the line has no rate.
    package var baudLadder: [Int]
  }

  /// The free-running counter behind every measured time.
  package struct Counter: Hashable, Sendable, Codable {
    package enum Unit: String, Hashable, Sendable, Codable {
      /// Under QEMU with `-icount shift=0`, where one instruction takes one nanosecond.
      case instructions
      case cycles
      case nanoseconds
    }
    package var unit: Unit
    /// Ticks a second.
    package var hertz: Int

    /// Units one tick stands for: 40 instructions on a 25 MHz machine, otherwise 1.
    package var unitsPerTick: Double {
      switch unit {
      case .instructions: 1e9 / Double(hertz)
      case .cycles, .nanoseconds: 1
      }
    }
  }

  /// Four lower-case hexadecimal digits each.
  package struct USBID: Hashable, Sendable, Codable {
    package var vendor: String
    package var product: String
  }

  /// A program that writes flash, and how it is told to write ours. In arguments `{elf}` and `{bin}` stand for the
  /// firmware's files, `{serial}` for the probe's serial number and `{usb}` for its vendor and product, `0483:374b`.
  package struct FlashRecipe: Hashable, Sendable, Codable {
    package var tool: String
    /// What makes it take one probe of several: stands where an argument is `{probe}`, when a probe is named.
    package var probe: [String]
    /// Commands that program, verify and reset, in this order.
    package var steps: [Step]

    package struct Step: Hashable, Sendable, Codable {
      package var arguments: [String]
      /// What is printed on success, by a tool whose exit code does not tell.
      package var prints: String?
    }
  }

  package struct QEMUMachine: Hashable, Sendable, Codable {
    package var program: String
    package var machine: String
    package var arguments: [String]
    /// Where `struct identity` of `boards/common/identity.h` lies.
    package var identityAddress: String
  }
}

extension Board {
  package var flashBytes: Int { memory.filter { $0.kind == .flash }.reduce(0) { $0 + $1.bytes } }
  package var ramBytes: Int { memory.filter { $0.kind == .ram }.reduce(0) { $0 + $1.bytes } }
  /// What a plan has to fit into; nil on the host, which has as much memory as anyone needs.
  package var sramBytes: Int? { memory.isEmpty ? nil : ramBytes }

  package var isEmulated: Bool { emulated == true }

  func region(named name: String) -> MemoryRegion? { memory.first { $0.name == name } }
}
