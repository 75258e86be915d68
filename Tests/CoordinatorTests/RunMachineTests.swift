import Coordinator
import Telemetry
import Testing

@Suite struct RunMachineTests {
  private static let plan = TrainingPlan(
    trainingSamples: 3, evaluationSamples: 1, steps: 4, seed: 1,
    schedule: LearningRateSchedule(shape: .constant, peak: 0.5, warmUpSteps: 0), checkpointSteps: 2)

  /// Lets the machine act against a device that answers at once; returns what it did.
  private func acts(_ machine: inout RunMachine, until limit: Int = 100) -> [String] {
    var acts: [String] = []
    while acts.count < limit {
      switch machine.next() {
      case .send(let position):
        acts.append("send \(position)")
        #expect(machine.received(Self.record(position)) == .accepted)
      case .journal(let records):
        acts.append("journal " + records.map { "\($0.position)" }.joined(separator: " "))
        machine.journalled()
      case .checkpoint(let position):
        acts.append("checkpoint \(position)")
        machine.checkpointed(at: position)
      case .keep(let position):
        acts.append("keep \(position)")
        machine.kept(at: position)
      case .wait, .awaitSample, .rest: return acts
      case .close: return acts + ["close"]
      }
    }
    return acts
  }

  @Test func course_ofAWholeRun() {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil)
    #expect(machine.next() == .wait)
    machine.deviceReady(at: 0, recordSlots: 8)
    #expect(
      acts(&machine) == [
        "send 0", "journal 0", "send 1", "journal 1", "send 2", "journal 2", "checkpoint 3",
        "send 3", "journal 3", "send 4", "journal 4", "checkpoint 5", "send 5", "journal 5", "close",
      ])
    #expect(!machine.isStopped)
  }

  @Test(arguments: [1, 2, 3, 8])
  func window_boundsWhatIsNotDurable(slots: Int) {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil)
    machine.deviceReady(at: 0, recordSlots: slots)
    var sent = 0
    while case .send = machine.next() { sent += 1 }
    #expect(sent == min(slots, 3), "3 is where the first checkpoint stands")
  }

  @Test func records_areAcceptedInOrderOnly() {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil)
    machine.deviceReady(at: 0, recordSlots: 8)
    while case .send = machine.next() {}
    #expect(machine.received(Self.record(1)) == .outOfOrder(expected: 0))
    #expect(machine.received(Self.record(0)) == .accepted)
    #expect(machine.received(Self.record(0)) == .repeated)
    #expect(machine.received(Self.record(1)) == .accepted)
    #expect(machine.received == 2)
  }

  @Test func stop_drainsJournalsAndCopies() {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil)
    machine.deviceReady(at: 0, recordSlots: 2)
    #expect(machine.next() == .send(0))
    #expect(machine.next() == .send(1))
    machine.stop()
    #expect(machine.next() == .wait)
    #expect(machine.received(Self.record(0)) == .accepted)
    #expect(machine.received(Self.record(1)) == .accepted)
    #expect(acts(&machine) == ["journal 0 1", "checkpoint 2", "close"])
    #expect(machine.isStopped)
  }

  @Test(arguments: [
    // Before the first checkpoint the weights are reset, and durable records are not written again.
    (3, nil, 0, ["send 0", "send 1", "send 2", "checkpoint 3", "send 3", "journal 3"]),
    // From a checkpoint on.
    (5, 3, 3, ["send 3", "send 4", "checkpoint 5", "send 5", "journal 5", "close"]),
    // A device that kept its state is ahead of the journal: it is asked for what was lost.
    (1, nil, 3, ["send 1", "journal 1", "send 2", "journal 2", "checkpoint 3"]),
    // All is done but the last evaluation.
    (5, 5, 5, ["send 5", "journal 5", "close"]),
    (6, 5, 5, ["send 5", "close"]),
  ])
  func resumedRun_goesOn(durable: Int, checkpoint: Int?, device: Int, expected: [String]) {
    var machine = RunMachine(plan: Self.plan, durable: durable, checkpoint: checkpoint)
    machine.deviceReady(at: device, recordSlots: 8)
    #expect(acts(&machine, until: expected.count) == expected)
  }

  /// What the device keeps lies behind nothing that is durable, and behind a checkpoint of the same position.
  @Test func device_keepsItsState_afterEverySoManySteps() {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil, keepSteps: 1)
    machine.deviceReady(at: 0, recordSlots: 8)
    #expect(
      acts(&machine) == [
        "send 0", "journal 0", "send 1", "journal 1", "keep 2", "send 2", "journal 2", "checkpoint 3", "keep 3", "send 3",
        "journal 3", "keep 4", "send 4", "journal 4", "checkpoint 5", "keep 5", "send 5", "journal 5", "close",
      ])
    var resumed = RunMachine(plan: Self.plan, durable: 3, checkpoint: 3, keepSteps: 3)
    resumed.deviceReady(at: 3, recordSlots: 8)
    #expect(acts(&resumed, until: 3) == ["send 3", "journal 3", "keep 4"])
  }

  @Test func lostDevice_isAskedAgainForWhatWasOnItsWay() {
    var machine = RunMachine(plan: Self.plan, durable: 0, checkpoint: nil)
    machine.deviceReady(at: 0, recordSlots: 8)
    while case .send = machine.next() {}
    #expect(machine.received(Self.record(0)) == .accepted)
    machine.deviceLost()
    #expect(acts(&machine) == ["journal 0"])
    machine.deviceReady(at: 2, recordSlots: 8)
    #expect(acts(&machine, until: 2) == ["send 1", "journal 1"])
  }

  /// The device's state is never labelled with an earlier position than its own.
  @Test func stopWhileTheDeviceIsAway_asksForWhatItDidBefore() {
    var machine = RunMachine(plan: Self.plan, durable: 1, checkpoint: nil)
    machine.stop()
    machine.deviceReady(at: 2, recordSlots: 8)
    #expect(acts(&machine) == ["send 1", "journal 1", "checkpoint 2", "close"])
  }

  @Test func deviceLostAtTheEnd_isAskedForTheEndAgain() {
    var machine = RunMachine(plan: Self.plan, durable: 6, checkpoint: 5)
    machine.deviceReady(at: 6, recordSlots: 8)
    #expect(acts(&machine) == ["close"])
    machine.deviceLost()
    #expect(machine.next() == .wait)
    machine.deviceReady(at: 6, recordSlots: 8)
    #expect(acts(&machine) == ["close"])
  }

  private static func record(_ position: Int) -> StepRecord {
    StepRecord(
      run: 1, position: position, mode: .train, sample: 0, lossQ16: 0, prediction: 0, label: 0, waitTicks: 0,
      forwardTicks: 0, backwardTicks: 0, updateTicks: 0, saturated: 0, unchanged: 0)
  }
}
