import BoardEmulator
import Foundation

@main
struct FieldtuneEmulator {
  static func main() throws {
    let machine = try Machine(board: EmulatedBoard.named(CommandLine.arguments[2])!)
    machine.log = { time, text in print(Double(time) / 1e9, "ms", text) }
    try machine.load(FirmwareImage(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
    machine.powerOn()
    _ = machine.run(until: .milliseconds(100))
    print(machine.finding ?? "end", machine.executed)
  }
}
