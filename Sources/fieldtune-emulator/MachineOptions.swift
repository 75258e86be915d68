import ArgumentParser
import BoardEmulator
import Foundation

/// The board and its firmware.
struct MachineOptions: ParsableArguments {
  @Argument(help: "The firmware: DIR/firmware/BOARD/firmware.elf of 'fieldtune build DIR --board BOARD'.")
  var firmware: String
  @Option(help: "stm32f746g-disco, nucleo-f746zg, nucleo-f429zi or stm32f429i-disc1.")
  var board: String
  @Option(help: "Becomes the chip's unique id.")
  var device: UInt32 = 1
  @Option(help: "Of what memory holds at power on, and of random numbers; drawn when left out.")
  var seed: UInt64?
  @Option(help: "Cycles an instruction takes on average; the core's when left out.")
  var cyclesPerInstruction: Double?
  @Option(help: ArgumentHelp("A file that holds the flash from run to run; made where there is none.", valueName: "file"))
  var flash: String?
  @Flag(help: "Stops at multiple loads and stores that are not aligned. Slower.")
  var checkAlignment = false
  @Option(name: .customLong("fault"), help: ArgumentHelp("A fault on command; may be given again.", valueName: "spec"))
  var faults: [String] = []

  func makeMachine() throws -> Machine {
    guard let board = EmulatedBoard.named(board) else {
      throw Finding(.broken, "board '\(board)': found no such board: expected \(EmulatedBoard.all.map(\.name).joined(separator: ", "))")
    }
    let machine = try Machine(
      board: board, cyclesPerInstruction: cyclesPerInstruction, checksAlignment: checkAlignment,
      seed: seed ?? .random(in: 1 ... .max), device: device)
    if let flash { try machine.keepFlash(in: flash) }
    try machine.load(FirmwareImage(contentsOf: URL(fileURLWithPath: firmware)))
    return machine
  }

  func orders() throws -> [FaultOrder] { try faults.map { text throws(Finding) in try FaultOrder(text) } }
}
