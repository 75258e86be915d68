import BoardEmulator
import Foundation

/// A few instructions for a board, assembled by the compiler that builds the firmware.
struct Program {
  let image: FirmwareImage
  private let symbols: [String: UInt32]

  /// Nil where arm-none-eabi-gcc is absent: what needs it says so and is skipped.
  static let isPossible = FileManager.default.isExecutableFile(atPath: compiler)
  private static let compiler = "/usr/bin/arm-none-eabi-gcc"

  /// `source` defines `main`; vectors by number where it has labels `vector_N`. Everything lies in flash; RAM begins at
  /// 0x2000_0000, the stack ends at 0x2000_1000.
  init(_ source: String, vectors: [Int: String] = [:]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = (2..<16 + 48).map { "  .word \(vectors[$0] ?? "hang")" }.joined(separator: "\n")
    let text = """
        .syntax unified
        .thumb
        .fpu fpv4-sp-d16
        .text
        .word 0x20001000
        .word main
      \(table)
        .thumb_func
      hang: b hang
        .thumb_func
        .global main
      \(source)

      """
    let (input, output) = (folder.appendingPathComponent("program.s"), folder.appendingPathComponent("program.elf"))
    try Data(text.utf8).write(to: input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.compiler)
    process.arguments = [
      "-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,-Ttext=0x08000000", "-Wl,-emain", input.path, "-o", output.path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "does not assemble:\n\(text)") }
    image = try FirmwareImage(contentsOf: output)
    symbols = [:]
  }

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// A board that has run it for so long.
  func run(on board: EmulatedBoard = .named("nucleo-f429zi")!, milliseconds: UInt64 = 1) throws -> Machine {
    let machine = try Machine(board: board, cyclesPerInstruction: 1)
    try machine.load(image)
    machine.powerOn()
    _ = machine.run(until: .milliseconds(milliseconds))
    return machine
  }
}

extension Machine {
  /// A word of RAM.
  func word(_ address: UInt32) -> UInt32 { memory.first { $0.contains(address) }!.word(at: address) }
}
