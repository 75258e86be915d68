import DeviceModel
import Interpreter
import WireProtocol

/// Counts the steps of a toy.
struct CountingEngine: StepEngine {
  final class Counter {
    var steps = 0
  }

  let toy: ToyEngine
  let counter: Counter

  var inputBytes: Int { toy.inputBytes }
  var targetBytes: Int { toy.targetBytes }
  var classCount: Int { toy.classCount }
  var segments: [Wire.SegmentInfo] { toy.segments }

  func reset(seed: UInt32) { toy.reset(seed: seed) }

  func train(_ input: [Int8], target: StepTarget, update: StepUpdate) -> StepResult {
    counter.steps += 1
    return toy.train(input, target: target, update: update)
  }

  func evaluate(_ input: [Int8], target: StepTarget) -> StepResult {
    counter.steps += 1
    return toy.evaluate(input, target: target)
  }

  func infer(_ input: [Int8]) -> StepResult {
    counter.steps += 1
    return toy.infer(input)
  }

  func bytes(ofSegment index: Int) -> [UInt8] { toy.bytes(ofSegment: index) }

  func write(_ bytes: [UInt8], at offset: Int, toSegment index: Int) {
    toy.write(bytes, at: offset, toSegment: index)
  }
}
