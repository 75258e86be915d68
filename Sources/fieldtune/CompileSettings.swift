import ArgumentParser
import GraphIR

/// What decides the training step of a model.
struct CompileSettings: ParsableArguments {
  @Option(name: .long, help: "What to train: none, last-layer, bias-only, full, a plan that comes with fieldtune (mcunet-49kb), or a JSON file of one.")
  var update = "full"

  @Option(name: .long, help: ArgumentHelp("Most mantissa bits of an error tensor, 4 to 15.", valueName: "n"))
  var errorBits = 15

  @Option(
    name: .long,
    help: "Where trained weights keep what int8 cannot hold: residual (a byte each), stochastic (rounded at random, no byte), or nearest (small steps are lost: for comparison only). Default: the plan's, or residual.")
  var weights: WeightStorage?

  @Flag(
    name: .long, inversion: .prefixedNo,
    help: "Four bytes beside each trained parameter, for --momentum and --batch. Default: the plan's, or what train needs.")
  var velocity: Bool?

  @Option(name: .long, help: .hidden)
  var scaling = GradientScaling.quantizationAware

  func validate() throws {
    guard 4...15 ~= errorBits else {
      throw ValidationError("--error-bits: found \(errorBits), expected 4 to 15")
    }
  }
}

extension WeightStorage: ExpressibleByArgument {}

/// `none` leaves out quantization-aware scaling, to show what it is good for.
extension GradientScaling: ExpressibleByArgument {}
