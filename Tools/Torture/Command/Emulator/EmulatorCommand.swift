import ArgumentParser
import Coordinator
import DeviceLink
import DeviceModel
import FaultSimulation
import FirmwareBuild
import Foundation
import Telemetry
import Transport

struct EmulatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulator",
    abstract: "Train a real board's firmware in its emulator through resets and line errors; the digest must be loopback's.")

  @Option(help: "stm32f746g-disco, nucleo-f746zg, nucleo-f429zi or stm32f429i-disc1.")
  var board = "stm32f746g-disco"
  @Option(help: "Resets at random instructions; 0 for none.")
  var resets = 0
  @Option(help: "Overruns and framing errors, half of each; 0 for none.")
  var errors = 0
  @Option(help: "Draws the instructions at which the board is reset, and what its memory holds.")
  var seed: UInt64 = 1

  func run() async throws {
    let bench = try Workbench()
    if resets > 0 { try await runThroughResets(bench) }
    if errors > 0 { try await runThroughErrors(bench) }
  }

  /// A reset takes the training state with it: the coordinator writes the last checkpoint back and goes on from there.
  private func runThroughResets(_ bench: Workbench) async throws {
    let plan = bench.plan(steps: 100 + 30 * resets, checkpointSteps: 10)
    let fault = "reset:every=\(Self.instructionsBetweenResets),count=\(resets),seed=\(seed)"
    let trial = try await EmulatedTrial(bench, board: board, plan: plan, faults: [fault], seed: seed)
    print("\(board), seed \(seed): \(trial.status.injected.resets) resets at random instructions in \(trial.text)")
    guard trial.status.injected.resets == resets else {
      throw TortureFailure("the run was over after \(trial.status.injected.resets) of \(resets) resets")
    }
  }

  /// From the boot itself to some dozens of steps.
  private static let instructionsBetweenResets = "30000..4000000"

  private func runThroughErrors(_ bench: Workbench) async throws {
    let plan = bench.plan(steps: 50 + errors * 5 / 4, checkpointSteps: 200)
    let (overruns, framing) = (errors / 2, errors - errors / 2)
    let faults = ["overrun:every=311,count=\(overruns)", "framing:every=293,count=\(framing)"]
    let trial = try await EmulatedTrial(bench, board: board, plan: plan, faults: faults, seed: seed)
    print("\(board): \(overruns) overruns and \(framing) framing errors injected in \(trial.text)")
    let raised = trial.status.raised
    print("  the USART raised ORE \(raised.overruns) and FE \(raised.framing) times; the firmware counted \(trial.counted.overruns) overruns and \(trial.counted.framing) framing errors, \(trial.counted.dropped) bytes dropped")
    guard trial.status.injected.overruns == overruns, trial.status.injected.framing == framing else {
      throw TortureFailure("the run was over after \(trial.status.injected.overruns) and \(trial.status.injected.framing) of them")
    }
    // A damaged byte that is lost to an overrun raises no FE: what the USART raised is what there was to count.
    guard Int(trial.counted.overruns) == raised.overruns, Int(trial.counted.framing) == raised.framing, Int(trial.counted.noise) == raised.noise else {
      throw TortureFailure("the firmware counted other errors than its USART raised")
    }
  }
}

/// One run in the emulator, and the same one on loopback.
struct EmulatedTrial {
  let status: EmulatorProcess.Status
  /// By the firmware, since its last boot.
  let counted: (overruns: UInt32, framing: UInt32, noise: UInt32, dropped: UInt32)
  let text: String

  init(_ bench: Workbench, board: String, plan: TrainingPlan, faults: [String], seed: UInt64) async throws {
    let clean = try await bench.train(plan, on: TransportSource(name: "loopback") { [artifact = bench.artifact] in
      try LoopbackDevice(artifact: artifact).transport
    })
    let emulator = try EmulatorProcess(board: board, elf: bench.build(board).elf, faults: faults, seed: seed)
    defer { emulator.stop() }
    _ = try emulator.status()
    let open: @Sendable () async throws -> any ByteTransport = { [path = emulator.socketPath] in try await UnixSocketTransport.connect(path: path) }
    let start = ContinuousClock.now
    let result = try await bench.train(plan, on: TransportSource(name: board, open: open))
    let elapsed = start.duration(to: .now)
    status = try emulator.status()
    counted = try await Self.counters(of: open())
    text = "\(plan.steps) steps and \(elapsed), \(status.executedInstructions) instructions; digest \(result.digest), loopback \(clean.digest)"
    guard result.digest == clean.digest, result.loss == clean.loss else {
      throw TortureFailure("the run ended in another state than on loopback: \(text)")
    }
  }

  private static func counters(of transport: any ByteTransport) async throws -> (UInt32, UInt32, UInt32, UInt32) {
    let link = DeviceLink(transport: transport)
    _ = try await link.connect(within: .seconds(10))
    let report = try await link.counters()
    await link.close()
    return (report.overruns, report.framingErrors, report.noiseErrors, report.bytesDropped)
  }
}
