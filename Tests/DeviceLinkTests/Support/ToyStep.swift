import Interpreter

/// A small training step for tests, over memory laid out as a training state is. What it computes
/// means nothing, but depends on everything a step may depend on: input, target, rate, and the state
/// as all steps before have left it. So a step applied twice, or never, or out of order shows.
struct ToyStep {
  static let inputBytes = 48
  static let targetBytes = 6
  static let classCount = 5
  static let headerBytes = 8
  static let biasBytes = 4 * classCount
  static let weightBytes = classCount * inputBytes
  static let stateBytes = headerBytes + biasBytes + weightBytes

  /// `stateBytes` bytes: step u32, seed u32, biases i32, weights i8.
  let state: UnsafeMutableRawPointer

  var step: UInt32 {
    get { state.load(as: UInt32.self) }
    nonmutating set { state.storeBytes(of: newValue, as: UInt32.self) }
  }
  var weights: UnsafeMutablePointer<Int8> {
    (state + Self.headerBytes + Self.biasBytes).assumingMemoryBound(to: Int8.self)
  }
  var biases: UnsafeMutablePointer<Int32> {
    (state + Self.headerBytes).assumingMemoryBound(to: Int32.self)
  }

  struct Outcome {
    var lossQ16: Int32 = 0
    var prediction = 0
    var output = [Int8](repeating: 0, count: ToyStep.classCount)
    var saturated = 0
    var unchanged = 0
  }

  func reset(seed: UInt32) {
    step = 0
    state.storeBytes(of: seed, toByteOffset: 4, as: UInt32.self)
    for index in 0..<Self.classCount { biases[index] = Int32(index) * 100 }
    for index in 0..<Self.weightBytes { weights[index] = Int8(index % 17) - 8 }
  }

  func infer(_ input: UnsafePointer<Int8>) -> Outcome {
    var outcome = Outcome()
    for row in 0..<Self.classCount {
      var sum = biases[row]
      for column in 0..<Self.inputBytes {
        sum &+= Int32(weights[row * Self.inputBytes + column]) * Int32(input[column])
      }
      outcome.output[row] = Int8(clamping: sum >> 6)
      if outcome.output[row] > outcome.output[outcome.prediction] { outcome.prediction = row }
    }
    return outcome
  }

  func evaluate(_ input: UnsafePointer<Int8>, target: StepTarget) -> Outcome {
    var outcome = infer(input)
    outcome.lossQ16 = (127 - Int32(outcome.output[target.label])) << 10
    for value in target.values { outcome.lossQ16 = outcome.lossQ16 &* 5 &+ Int32(value) }
    return outcome
  }

  func train(_ input: UnsafePointer<Int8>, target: StepTarget, mantissa: UInt32, shift: UInt32) -> Outcome {
    var outcome = evaluate(input, target: target)
    let label = target.label
    let rate = Int32(mantissa >> 24 ^ shift)
    for column in 0..<Self.inputBytes {
      let change = Int32(input[column]) * rate >> 7
      let index = label * Self.inputBytes + column
      let updated = Int32(weights[index]) + change
      weights[index] = Int8(clamping: updated)
      outcome.saturated += updated == Int32(weights[index]) ? 0 : 1
      outcome.unchanged += change == 0 ? 1 : 0
      let rival = outcome.prediction * Self.inputBytes + column
      weights[rival] &-= Int8(truncatingIfNeeded: input[column] >> 3)
    }
    biases[label] = biases[label] &* 3 &+ Int32(truncatingIfNeeded: step) &+ outcome.lossQ16
    step += 1
    return outcome
  }
}
