import ArgumentParser

/// What decides the training step of a model.
struct CompileSettings: ParsableArguments {
  @Option(name: .long, help: "What to train: none, last-layer, bias-only, full, a plan that comes with fieldtune (mcunet-49kb), or a JSON file of one.")
  var update = "full"

  @Option(name: .long, help: ArgumentHelp("Most mantissa bits of an error tensor, 4 to 15.", valueName: "n"))
  var errorBits = 15

  func validate() throws {
    guard 4...15 ~= errorBits else {
      throw ValidationError("--error-bits: found \(errorBits), expected 4 to 15")
    }
  }
}
