import GraphIR
import UpdatePlanning

/// What a compilation is asked for.
package struct CompileOptions: Sendable {
  package var update: UpdatePlan
  package var board: BoardBudget
  /// Write the artifact even where the board's memory does not suffice.
  package var force: Bool
  /// Most mantissa bits of an error tensor, 4...15; less than 15 is for studies.
  package var errorBits: Int
  /// In place of what the plan says; nil leaves that.
  package var storage: WeightStorage?
  package var velocity: Bool?
  /// `.none` is for studies.
  package var scaling: GradientScaling
  /// nil: what the model's end speaks for.
  package var loss: Loss?
  /// `.codes` is for studies.
  package var lossInput: LossInput

  package init(
    update: UpdatePlan = .full, board: BoardBudget, force: Bool = false, errorBits: Int = 15,
    storage: WeightStorage? = nil, velocity: Bool? = nil, scaling: GradientScaling = .quantizationAware,
    loss: Loss? = nil, lossInput: LossInput = .accumulator
  ) {
    self.update = update
    self.board = board
    self.force = force
    self.errorBits = errorBits
    self.storage = storage
    self.velocity = velocity
    self.scaling = scaling
    self.loss = loss
    self.lossInput = lossInput
  }
}

/// What the compiler knows of a board: how much there is and what the runtime takes of it.
package struct BoardBudget: Hashable, Sendable {
  package var name: String
  /// All SRAM that a step may use; nil where memory does not matter (the host).
  package var sramBytes: Int?
  package var flashBytes: Int?
  package var stackBytes: Int
  /// Link, session, rings and the board's own variables. `FirmwareBuildTests` holds the default against the linker's
  /// figure.
  package var linkBytes: Int

  package init(
    name: String, sramBytes: Int?, flashBytes: Int?, stackBytes: Int, linkBytes: Int = 10_944
  ) {
    self.name = name
    self.sramBytes = sramBytes
    self.flashBytes = flashBytes
    self.stackBytes = stackBytes
    self.linkBytes = linkBytes
  }

  /// Samples that wait outside of the arena: one, in which the next arrives while a step runs; none where that does not
  /// fit, and samples then arrive between steps. `FirmwareBuilder` decides in the same way, on what the linker finds.
  package func sampleSlots(of sampleBytes: Int, beside stepBytes: Int) -> Int {
    guard let sramBytes else { return 1 }
    return stepBytes + sampleBytes <= sramBytes ? 1 : 0
  }
}
