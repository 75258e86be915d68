/// `manifest.json` of an artifact folder: all that the service and the firmware build know of a compiled model.
///
/// The folder is complete in itself; every path in it is relative to it.
package struct ArtifactManifest: Hashable, Sendable, Codable {
  package static let formatVersion = 3
  package static let fileName = "manifest.json"

  package var formatVersion: Int
  /// The model's name, from its file name.
  package var name: String
  package var files: Files
  package var hashes: Hashes
  package var input: Input
  package var output: Output
  package var loss: Loss
  /// The update plan in force, as the compiler resolved it.
  package var updatePlan: String
  /// Training state, in digest order: what a checkpoint holds.
  package var segments: [Segment]
  /// What training changes, for export.
  package var trainedTensors: [TrainedTensor]
  /// Layers whose updates the segment `.counters` counts, in its order.
  package var trainedLayers: [TrainedLayer]
  package var memory: Memory
  package var macs: MACs
  /// One step with a known result, which every device is asked for before a run.
  package var golden: Golden
  /// The board the plan was checked against.
  package var board: String

  package init(
    name: String, files: Files, hashes: Hashes, input: Input, output: Output, loss: Loss, updatePlan: String,
    segments: [Segment], trainedTensors: [TrainedTensor], trainedLayers: [TrainedLayer] = [], memory: Memory, macs: MACs, golden: Golden, board: String
  ) {
    formatVersion = Self.formatVersion
    self.name = name
    self.files = files
    self.hashes = hashes
    self.input = input
    self.output = output
    self.loss = loss
    self.updatePlan = updatePlan
    self.segments = segments
    self.trainedTensors = trainedTensors
    self.trainedLayers = trainedLayers
    self.memory = memory
    self.macs = macs
    self.golden = golden
    self.board = board
  }

  package struct Files: Hashable, Sendable, Codable {
    /// The original .tflite.
    package var model: String
    /// The training graph: JSON, and the bytes of its constants and initial state.
    package var graph: String
    package var graphData: String
    /// Generated C, compiled into the firmware.
    package var sources: [String]

    package init(model: String, graph: String, graphData: String, sources: [String]) {
      self.model = model
      self.graph = graph
      self.graphData = graphData
      self.sources = sources
    }
  }

  package struct Hashes: Hashable, Sendable, Codable {
    /// Of the model file's bytes.
    package var model: HexDigest
    /// Of the resolved update plan; does not depend on the board.
    package var plan: HexDigest
    /// Of everything that decides the numbers of a step: equal hashes, equal digests.
    package var semantics: HexDigest
    /// Of the arena and state layout, which a board may change.
    package var layout: HexDigest

    package init(model: HexDigest, plan: HexDigest, semantics: HexDigest, layout: HexDigest) {
      self.model = model
      self.plan = plan
      self.semantics = semantics
      self.layout = layout
    }
  }

  package struct Input: Hashable, Sendable, Codable {
    package var shape: [Int]
    package var bytes: Int
    /// real = scale * (code - zeroPoint)
    package var scale: Float
    package var zeroPoint: Int

    package init(shape: [Int], bytes: Int, scale: Float, zeroPoint: Int) {
      self.shape = shape
      self.bytes = bytes
      self.scale = scale
      self.zeroPoint = zeroPoint
    }
  }

  package struct Output: Hashable, Sendable, Codable {
    package var classCount: Int
    package var scale: Float
    package var zeroPoint: Int

    package init(classCount: Int, scale: Float, zeroPoint: Int) {
      self.classCount = classCount
      self.scale = scale
      self.zeroPoint = zeroPoint
    }
  }

  /// What the step minimizes, and what it has to be told of a sample for it.
  package struct Loss: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
      /// Softmax cross-entropy with a class.
      case crossEntropy = "cross-entropy"
      /// The same with a distribution over the classes.
      case softCrossEntropy = "soft-cross-entropy"
      /// Mean squared error against numbers in the output's unit.
      case meanSquaredError = "mse"
      /// Mean squared error against the sample itself.
      case reconstruction
    }
    package var kind: Kind
    /// Bytes of a sample's target values (int16), 0 where it has none.
    package var targetBytes: Int

    package init(kind: Kind, targetBytes: Int) {
      self.kind = kind
      self.targetBytes = targetBytes
    }

    /// Whether the output is a class, so that there is such a thing as accuracy.
    package var isClassification: Bool {
      switch kind {
      case .crossEntropy, .softCrossEntropy: true
      case .meanSquaredError, .reconstruction: false
      }
    }
  }

  /// One run of bytes of the training state. `kind` as `enum step_segment_kind` in Firmware/runtime/step.h.
  package struct Segment: Hashable, Sendable, Codable {
    package enum Kind: UInt8, Hashable, Sendable, Codable {
      case header = 0
      case ranges = 1
      case biases = 2
      case weights = 3
      case residuals = 4
      case velocities = 5
      case counters = 6
    }
    package var kind: Kind
    package var bytes: Int

    package init(kind: Kind, bytes: Int) {
      self.kind = kind
      self.bytes = bytes
    }
  }

  /// A tensor of the model file that training changes, and where its codes lie in the training state.
  ///
  /// Weights: `rows` runs of `trainedChannels` int8 codes in the state are some codes of `rows` runs of
  /// `channels` codes in the file. Biases: rows = 1, int32, state code = file code << fractionBits, rounded on export.
  package struct TrainedTensor: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case weights, bias }
    package var kind: Kind
    package var name: String
    package var layer: String
    package var rows: Int
    package var channels: Int
    package var trainedChannels: Int
    package var fractionBits: Int
    /// Byte offset within the segment `.weights` (and `.residuals`, laid out alike) or `.biases`.
    package var segmentOffset: Int
    package var fileOffset: Int
    package var fileBytes: Int
    /// Which codes of a run in the file those of the state are, in the state's order; nil: the first.
    package var channelIndices: [Int]?

    package init(
      kind: Kind, name: String, layer: String, rows: Int, channels: Int, trainedChannels: Int, fractionBits: Int,
      segmentOffset: Int, fileOffset: Int, fileBytes: Int, channelIndices: [Int]? = nil
    ) {
      self.kind = kind
      self.name = name
      self.layer = layer
      self.rows = rows
      self.channels = channels
      self.trainedChannels = trainedChannels
      self.fractionBits = fractionBits
      self.segmentOffset = segmentOffset
      self.fileOffset = fileOffset
      self.fileBytes = fileBytes
      self.channelIndices = channelIndices
    }
  }

  package struct TrainedLayer: Hashable, Sendable, Codable {
    package var name: String
    /// Trained weights and biases.
    package var parameters: Int

    package init(name: String, parameters: Int) {
      self.name = name
      self.parameters = parameters
    }
  }

  package struct Memory: Hashable, Sendable, Codable {
    package var arenaBytes: Int
    /// Most bytes alive at one moment of the schedule: no layout can need less.
    package var arenaLowerBoundBytes: Int
    /// Training state: the sum of `segments`.
    package var stateBytes: Int
    /// Planned: the build measures it.
    package var stackBytes: Int
    /// Link, session, rings and the board's own variables.
    package var linkBytes: Int
    /// Samples that wait outside of the arena, of `Input.bytes` each.
    package var sampleSlots: Int
    package var sampleSlotBytes: Int
    /// All of the above.
    package var totalBytes: Int
    /// Planned: constants of the model and an allowance for code; the build measures it.
    package var flashBytes: Int

    package init(
      arenaBytes: Int, arenaLowerBoundBytes: Int, stateBytes: Int, stackBytes: Int, linkBytes: Int, sampleSlots: Int,
      sampleSlotBytes: Int, flashBytes: Int
    ) {
      self.arenaBytes = arenaBytes
      self.arenaLowerBoundBytes = arenaLowerBoundBytes
      self.stateBytes = stateBytes
      self.stackBytes = stackBytes
      self.linkBytes = linkBytes
      self.sampleSlots = sampleSlots
      self.sampleSlotBytes = sampleSlotBytes
      totalBytes = arenaBytes + stateBytes + stackBytes + linkBytes + sampleSlotBytes
      self.flashBytes = flashBytes
    }
  }

  package struct MACs: Hashable, Sendable, Codable {
    package var forward: Int
    package var backward: Int

    package init(forward: Int, backward: Int) {
      self.forward = forward
      self.backward = backward
    }
  }

  /// The digest of the training state after reset with seed 1 and one training step on `input`.
  package struct Golden: Hashable, Sendable, Codable {
    /// Base64 of the int8 codes.
    package var input: String
    package var label: Int
    /// Base64 of the target's values as on the wire; empty where there are none.
    package var target: String
    package var rateMantissa: UInt32
    package var rateShift: UInt32
    package var lossQ16: Int32
    package var digest: HexDigest

    package init(
      input: String, label: Int, target: String, rateMantissa: UInt32, rateShift: UInt32, lossQ16: Int32, digest: HexDigest
    ) {
      self.input = input
      self.label = label
      self.target = target
      self.rateMantissa = rateMantissa
      self.rateShift = rateShift
      self.lossQ16 = lossQ16
      self.digest = digest
    }
  }
}
