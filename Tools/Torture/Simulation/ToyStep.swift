/// A small training step for tests, over memory laid out as a training state is. What it computes
/// means nothing, but depends on everything a step may depend on: input, target, rate, and the state
/// as all steps before have left it. So a step applied twice, or never, or out of order shows.
package struct ToyStep {
  package static let inputBytes = 48
  package static let targetBytes = 6
  package static let classCount = 5
  package static let headerBytes = 8
  package static let biasBytes = 4 * classCount
  package static let weightBytes = classCount * inputBytes
  package static let stateBytes = stateBytes(inputBytes: inputBytes)

  package static func stateBytes(inputBytes: Int) -> Int { headerBytes + biasBytes + classCount * inputBytes }

  /// `stateBytes(inputBytes:)` bytes: step u32, seed u32, biases i32, weights i8.
  package let state: UnsafeMutableRawPointer
  package let inputBytes: Int

  /// - Parameter inputBytes: of a sample; large ones serve to fill a line.
  package init(state: UnsafeMutableRawPointer, inputBytes: Int = Self.inputBytes) {
    self.state = state
    self.inputBytes = inputBytes
  }

  package var step: UInt32 {
    get { state.load(as: UInt32.self) }
    nonmutating set { state.storeBytes(of: newValue, as: UInt32.self) }
  }
  var weights: UnsafeMutablePointer<Int8> {
    (state + Self.headerBytes + Self.biasBytes).assumingMemoryBound(to: Int8.self)
  }
  var biases: UnsafeMutablePointer<Int32> {
    (state + Self.headerBytes).assumingMemoryBound(to: Int32.self)
  }

  package struct Outcome {
    package var lossQ16: Int32 = 0
    package var prediction = 0
    package var output = [Int8](repeating: 0, count: ToyStep.classCount)
    package var saturated = 0
    package var unchanged = 0
  }

  package func reset(seed: UInt32) {
    step = 0
    state.storeBytes(of: seed, toByteOffset: 4, as: UInt32.self)
    for index in 0..<Self.classCount { biases[index] = Int32(index) * 100 }
    for index in 0..<Self.classCount * inputBytes { weights[index] = Int8(index % 17) - 8 }
  }

  package func infer(_ input: UnsafePointer<Int8>) -> Outcome {
    var outcome = Outcome()
    for row in 0..<Self.classCount {
      var sum = biases[row]
      for column in 0..<inputBytes {
        sum &+= Int32(weights[row * inputBytes + column]) * Int32(input[column])
      }
      outcome.output[row] = Int8(clamping: sum >> 6)
      if outcome.output[row] > outcome.output[outcome.prediction] { outcome.prediction = row }
    }
    return outcome
  }

  package func evaluate(_ input: UnsafePointer<Int8>, label: Int, values: [Int16]) -> Outcome {
    var outcome = infer(input)
    outcome.lossQ16 = (127 - Int32(outcome.output[label])) << 10
    for value in values { outcome.lossQ16 = outcome.lossQ16 &* 5 &+ Int32(value) }
    return outcome
  }

  package func train(
    _ input: UnsafePointer<Int8>, label: Int, values: [Int16], mantissa: UInt32, shift: UInt32
  ) -> Outcome {
    var outcome = evaluate(input, label: label, values: values)
    let rate = Int32(mantissa >> 24 ^ shift)
    for column in 0..<inputBytes {
      let change = Int32(input[column]) * rate >> 7
      let index = label * inputBytes + column
      let updated = Int32(weights[index]) + change
      weights[index] = Int8(clamping: updated)
      outcome.saturated += updated == Int32(weights[index]) ? 0 : 1
      outcome.unchanged += change == 0 ? 1 : 0
      let rival = outcome.prediction * inputBytes + column
      weights[rival] &-= Int8(truncatingIfNeeded: input[column] >> 3)
    }
    biases[label] = biases[label] &* 3 &+ Int32(truncatingIfNeeded: step) &+ outcome.lossQ16
    step += 1
    return outcome
  }
}
