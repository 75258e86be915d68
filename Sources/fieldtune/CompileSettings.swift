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

  @Option(
    name: .long,
    help: "What to minimize: cross-entropy, soft-cross-entropy, mse or reconstruction; absent: what the model's end speaks for.")
  var loss: Loss?

  @Option(name: .long, help: "What the loss reads: accumulator, or codes (for studies: they saturate).")
  var lossInput = LossInput.accumulator

  @Option(
    name: .long,
    help: ArgumentHelp("Put a new head with this many classes on the model first, its weights drawn by --head-seed.", valueName: "n"))
  var classes: Int?

  @Option(name: .long, help: ArgumentHelp("Seed of a new head's weights.", valueName: "s"))
  var headSeed: UInt32 = 1

  /// Options that were given and differ from their defaults. Not `--velocity`, which training may ask for by itself.
  var given: [String] {
    let rows = [
      ("--update", update != "full"), ("--error-bits", errorBits != 15), ("--weights", weights != nil),
      ("--scaling", scaling != .quantizationAware), ("--loss", loss != nil), ("--loss-input", lossInput != .accumulator),
      ("--classes", classes != nil), ("--head-seed", headSeed != 1),
    ]
    return rows.filter(\.1).map(\.0)
  }

  func validate() throws {
    guard classes == nil || 2...65_535 ~= classes ?? 0 else {
      throw ValidationError("--classes: found \(classes ?? 0), expected 2 to 65535")
    }
    guard 4...15 ~= errorBits else {
      throw ValidationError("--error-bits: found \(errorBits), expected 4 to 15")
    }
  }
}

extension WeightStorage: ExpressibleByArgument {}

/// `none` leaves out quantization-aware scaling, to show what it is good for.
extension GradientScaling: ExpressibleByArgument {}

extension Loss: ExpressibleByArgument {}

extension LossInput: ExpressibleByArgument {}
