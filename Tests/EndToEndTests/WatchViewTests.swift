import Coordinator
import Foundation
import Telemetry
import Testing

import struct fieldtune.WatchModel
import struct fieldtune.WatchView

/// The picture of `fieldtune watch`, line by line.
@Suite struct WatchViewTests {
  @Test func picture_showsCurvesTimesMemoryLinkAndEvents() throws {
    var model = try WatchModel(run: Self.run(id: 3, state: .running), steps: 0)
    let run = try Self.run(id: 3, state: .running)
    model.take(.opened(run: run, position: 0, total: 240), at: 0, clock: "10:00:00")
    for position in 0..<120 {
      model.take(.step(record: Self.step(position, label: position % 10)), at: Double(position) / 10, clock: "")
    }
    model.take(.deviceLost(reason: "unplugged"), at: 12, clock: "10:00:12")
    model.link = Self.link
    model.devices = [
      DeviceSummary(id: "0483:374b:A", path: "/dev/ttyACM0", state: .busy, run: 3),
      DeviceSummary(id: "0483:3748:", path: nil, state: .portless, detail: "no port"),
    ]
    model.runs = [run, try Self.run(id: 2, state: .finished)]
    #expect(
      WatchView(model, width: 100).lines(height: 40) == [
        "run 3  digits  on 0483:374b:A (nucleo-f746zg)  waiting for the device",
        "▕███████████████████████████████████████··········································▏ 120/250  10.0/s",
        "",
        "loss      0.197       ██████████▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆▆▅▅▅▅▅▅▅▅▅▅▄▄▄▄▄▄▄▄▄▄▃▃▃▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁",
        "accuracy  50.0 %      █▅▁▅█▅▁▅█▅▁▅▅█▅▁▅█▅▁▅█▅▁▅▅█▅▁▅█▅▁▅█▅▁▅▅█▅▁▅█▅▁▅█▅▁▅▅█▅▁▅█▅▁▅█▅▁▅▅█▅▁▅█▅▁▅█▅▁▅▅",
        "",
        "step      1.00 ms     wait 10.0 %   forward 20.0 %   backward 30.0 %   update 40.0 %",
        "memory    DTCM        ██████████·········· 32,768 B of 65,536 B planned, 30,000 B measured",
        "          SRAM1       █████··············· 61,440 B of 245,760 B planned",
        "link      921,600 Bd  1,000 sent   1.0 % again   3 damaged   round trip 2.1 ms   device lost 1×",
        "",
        "10:00:00  on nucleo-f746zg: 0 of 240 samples done",
        "10:00:12  waiting for the device: unplugged",
        "",
        "0483:3748:  portless: no port",
        "",
        "run  state     model        device",
        "  3  running   digits  0483:374b:A",
        "  2  finished  digits  0483:374b:A",
      ])
    #expect(WatchView(model, width: 100).lines(height: 3).count == 3)
    #expect(WatchView(model, width: 50).lines(height: 40).allSatisfy { $0.count <= 50 })
  }

  @Test func accuracy_isShownOnlyWhereThereAreClasses() throws {
    var model = try WatchModel(run: Self.run(id: 1, state: .running), steps: 0)
    model.take(.step(record: Self.step(0, label: -1)), at: 0, clock: "")
    #expect(!WatchView(model, width: 80).lines(height: 40).contains { $0.contains("accuracy") })
  }

  private static func run(id: Int64, state: RunRecord.State) throws -> RunRecord {
    let plan = TrainingPlan(
      trainingSamples: 64, evaluationSamples: 5, steps: 240, seed: 5,
      schedule: LearningRateSchedule(shape: .constant, peak: 0.02, warmUpSteps: 0))
    var run = RunRecord(
      number: 1, state: state, model: "digits", artifact: "a", device: "0483:374b:A", board: "nucleo-f746zg",
      plan: String(decoding: try JSONEncoder().encode(plan), as: UTF8.self), data: "d", dataSource: "x,y",
      createdMilliseconds: 0)
    run.id = id
    return run
  }

  private static func step(_ position: Int, label: Int) -> StepRecord {
    StepRecord(
      run: 3, position: position, mode: .train, sample: 0, lossQ16: (120 - position) * 256, prediction: label & ~1,
      label: label, waitTicks: 21600, forwardTicks: 43200, backwardTicks: 64800, updateTicks: 86400, saturated: 0,
      unchanged: 0)
  }

  private static let link = LinkView(
    board: "nucleo-f746zg", firmware: "1", unit: "cycles", ticksPerSecond: 216_000_000, baud: 921_600,
    roundTripMicroseconds: 2100, framesSent: 1000, framesReceived: 900, framesResent: 10, damaged: ["corrupt": 3],
    duplicates: 0, stale: 0, echoes: 0, timeouts: 0,
    memory: [
      .init(name: "DTCM", bytes: 65536, planned: 32768, highWater: 30000),
      .init(name: "SRAM1", bytes: 245_760, planned: 61440, highWater: 0),
    ])
}
