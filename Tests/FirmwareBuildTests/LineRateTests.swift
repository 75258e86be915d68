import FirmwareBuild
import Foundation
import Testing

/// The rates a board's folder promises are those that its USART's clock can make, by the driver's own arithmetic.
@Suite struct LineRateTests {
  /// The clock that feeds the USART of the board's virtual COM port.
  static let clocks = [
    ("stm32f746g-disco", 216_000_000), ("nucleo-f746zg", 216_000_000), ("nucleo-f429zi", 45_000_000),
    ("stm32f429i-disc1", 90_000_000),
  ]

  /// `stm32_usart_divider` of each rate, computed by the firmware's header on this machine.
  private func dividers(_ clock: Int, _ bauds: [Int]) throws -> [Int] {
    let folder = try TemporaryFolder()
    let source = folder.url.appendingPathComponent("dividers.c")
    let calls = bauds.map { "printf(\"%u\\n\", stm32_usart_divider(\(clock)u, \($0)u));" }.joined(separator: "\n")
    try "#include <stdio.h>\n#include \"stm32_usart_divider.h\"\nint main(void) {\n\(calls)\n}\n"
      .write(to: source, atomically: true, encoding: .utf8)
    let program = folder.url.appendingPathComponent("dividers").path
    let common = try FirmwareRoot.locate().directory.appendingPathComponent("boards/common").path
    _ = try run("/usr/bin/env", ["gcc", "-I\(common)", source.path, "-o", program])
    return try run(program, []).split(separator: "\n").compactMap { Int($0) }
  }

  private func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self)
  }

  @Test(arguments: clocks) func ladder_isMadeWithinTwoPercent(_ board: String, _ clock: Int) throws {
    let ladder = try TestBench.catalog().board(named: board).serial.baudLadder
    #expect(ladder == ladder.sorted(by: >) && ladder.contains(921_600) && ladder.count <= 8)
    for (baud, divider) in zip(ladder, try dividers(clock, ladder)) {
      let actual = Double(clock) / Double(divider)
      #expect(divider >= 16 && abs(actual - Double(baud)) <= 0.02 * Double(baud), "\(baud): divider \(divider)")
    }
  }

  /// 45 MHz / 22.5 is no divider, and a rate above a sixteenth of the clock needs another oversampling.
  @Test func rate_thatTheClockCannotMake_hasNoDivider() throws {
    #expect(try dividers(45_000_000, [2_000_000, 3_000_000, 0, 600]) == [0, 0, 0, 0])
    #expect(try dividers(45_000_000, [921_600]) == [49])
  }
}
