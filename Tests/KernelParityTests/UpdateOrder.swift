import FirmwareKernels
import GraphIR
import Interpreter

/// What a host may order for one step, drawn from a seed, for the interpreter and for the kernels.
struct UpdateOrder {
  let interpreted: StepUpdate
  /// Of the training state.
  let seed: UInt32

  init(_ random: inout SplitMix64, for rule: UpdateRule) {
    let rate = random.rate()
    interpreted = StepUpdate(
      rate: StepRate(mantissa: rate.mantissa, shift: rate.shift),
      momentum: rule.hasVelocity ? UInt16([0, 58_982, 65_535, random.int(0...65_535)][random.int(0...3)]) : 0,
      decay: UInt16([0, 0, 256, random.int(0...65_535)][random.int(0...3)]),
      applies: !rule.hasVelocity || !random.oneIn(3))
    seed = UInt32(bitPattern: random.int32())
  }

  var update: step_update {
    step_update(
      rate: step_rate(mantissa: interpreted.rate.mantissa, shift: interpreted.rate.shift),
      momentum: interpreted.momentum, decay: interpreted.decay, applies: interpreted.applies)
  }
}
