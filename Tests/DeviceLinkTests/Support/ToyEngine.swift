import DeviceModel
import FaultSimulation
import Interpreter
import WireProtocol

/// `ToyStep` as the step of a device in Swift.
struct ToyEngine: StepEngine {
  /// Owns the training state.
  private final class Memory {
    let step = ToyStep(state: .allocate(byteCount: ToyStep.stateBytes, alignment: 8))
    deinit { step.state.deallocate() }
  }

  private let memory = Memory()

  var inputBytes: Int { ToyStep.inputBytes }
  var targetBytes: Int { ToyStep.targetBytes }
  var classCount: Int { ToyStep.classCount }
  let segments: [Wire.SegmentInfo] = [
    .init(kind: .header, byteCount: UInt32(ToyStep.headerBytes)),
    .init(kind: .biases, byteCount: UInt32(ToyStep.biasBytes)),
    .init(kind: .weights, byteCount: UInt32(ToyStep.weightBytes)),
  ]

  func reset(seed: UInt32) { memory.step.reset(seed: seed) }

  func train(_ input: [Int8], target: StepTarget, update: StepUpdate) -> StepResult {
    StepResult(
      memory.step.train(
        input, label: target.label, values: target.values, mantissa: update.rate.mantissa, shift: update.rate.shift))
  }

  func evaluate(_ input: [Int8], target: StepTarget) -> StepResult {
    StepResult(memory.step.evaluate(input, label: target.label, values: target.values))
  }

  func infer(_ input: [Int8]) -> StepResult { StepResult(memory.step.infer(input)) }

  func bytes(ofSegment index: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start(index), count: Int(segments[index].byteCount)))
  }

  func write(_ bytes: [UInt8], at offset: Int, toSegment index: Int) {
    (start(index) + offset).copyMemory(from: bytes, byteCount: bytes.count)
  }

  private func start(_ index: Int) -> UnsafeMutableRawPointer {
    memory.step.state + segments[..<index].reduce(0) { $0 + Int($1.byteCount) }
  }
}

extension StepResult {
  fileprivate init(_ outcome: ToyStep.Outcome) {
    self.init(
      lossQ16: outcome.lossQ16, prediction: outcome.prediction, output: outcome.output,
      saturated: outcome.saturated, unchanged: outcome.unchanged)
  }
}

extension DeviceIdentity {
  /// What both toy devices say, the board's name aside.
  static func toy(bootID: UInt32) -> DeviceIdentity {
    DeviceIdentity(
      board: "toy", bootID: bootID, modelHash: 0xA1, planHash: 0xB2, semanticsHash: 0xC3,
      layoutHash: 0xD4)
  }
}
