import Compiler
import FirmwareBuild
import Foundation
import GraphIR
import ModelImport
import UpdatePlanning

/// A whole training step of a model.
struct StepCase: Sendable {
  /// What others take for the same step, as the anchors page has it.
  struct Peer: Sendable {
    var name: String
    /// Millions of instructions.
    var instructions: Double
  }

  enum Model: Sendable {
    case network(@Sendable () -> Graph)
    case file(URL)
  }

  enum Input: Sendable {
    /// The artifact's golden sample.
    case golden
    case codes([Int8], label: Int)
  }

  var name: String
  var model: Model
  var plan: UpdatePlan
  var input: Input = .golden
  /// Of the counted step: 2^(30 - shift).
  var rateShift: UInt32 = CountedSample.usualRateShift
  /// Most millions of instructions we allow ourselves, by board.
  var bars: [String: Double] = [:]
  var peers: [String: [Peer]] = [:]

  func compile(for board: Board) throws -> CompiledArtifact {
    let budget = BoardBudget(name: board.name, sramBytes: nil, flashBytes: nil, stackBytes: board.stackBytes)
    let options = CompileOptions(update: plan, board: budget)
    switch model {
    case .network(let graph): return try Pipeline.compile(graph(), options: options)
    case .file(let url):
      let name = url.deletingPathExtension().lastPathComponent
      return try Pipeline.compile(model: [UInt8](Data(contentsOf: url)), name: name, options: options)
    }
  }

  func sample(of artifact: CompiledArtifact) throws -> CountedSample {
    var sample: CountedSample
    switch input {
    case .golden: sample = try CountedSample(golden: artifact.manifest)
    case .codes(let codes, let label): sample = try CountedSample(input: codes, label: label, like: artifact.manifest)
    }
    sample.rateShift = rateShift
    return sample
  }
}

extension CountedSample {
  /// A rate of 1/1024: what a dense layer of 784 inputs bears with one sample a step. The golden step's 1/64 is so large
  /// that it moves most weights by more than half a code.
  static let usualRateShift: UInt32 = 40
  static let goldenRateShift: UInt32 = 36
}
