import Foundation

/// What a run came to, for tests and for people.
package struct EmulatorSummary: Codable, Hashable, Sendable {
  package let board: String
  package let executedInstructions: UInt64
  /// Over the processor time this computer spent on them.
  package let instructionsPerSecond: Double
  package let virtualMilliseconds: Double
  /// The part of virtual time in which the core did not sleep.
  package let awakeShare: Double
  package let stalledMilliseconds: Double
  package let resets: Int
  package let bytesToBoard: Int
  package let bytesFromBoard: Int
  /// Faults that were done.
  package let injected: FaultInjector.Counts
  /// How often each error flag of the USART has risen: what the firmware had to see.
  package let raised: LineErrors
  /// What stopped the machine.
  package let finding: String?

  init(_ machine: Machine, _ injector: FaultInjector) {
    board = machine.board.name
    executedInstructions = machine.executed
    instructionsPerSecond = machine.instructionsPerSecond
    virtualMilliseconds = Double(machine.now) / 1e9
    awakeShare = machine.now == 0 ? 1 : 1 - Double(machine.sleptTime) / Double(machine.now)
    stalledMilliseconds = Double(machine.stalledTime) / 1e9
    resets = machine.resets
    bytesToBoard = machine.serialLine?.bytesToBoard ?? 0
    bytesFromBoard = machine.serialLine?.bytesFromBoard ?? 0
    injected = injector.counts
    raised = machine.serialLine?.raised ?? LineErrors()
    finding = machine.finding?.description
  }

  /// One line.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      preconditionFailure("numbers and strings are valid JSON: \(error)")
    }
  }
}
