import ArtifactManifest
import ModelExport
import ModelImport
import Testing

@Suite struct ModelExporterTests {
  @Test(arguments: [("digits-conv", nil), ("digits-conv", 3), ("digits-dense", nil), ("digits-dense", 5)])
  func untrainedState_givesTheFileByteForByte(name: String, trainedChannels: Int?) throws {
    let trained = try TrainedModel(name, trainedChannels: trainedChannels)
    let exporter = try ModelExporter(model: trained.file, manifest: trained.manifest)
    #expect(exporter.stateBytes == trained.state.count)
    #expect(try exporter.model(with: trained.state) == trained.file)
  }

  @Test(arguments: [("digits-conv", nil), ("digits-conv", 3), ("digits-dense", 5)])
  func trainedState_changesOnlyTrainedBytes(name: String, trainedChannels: Int?) throws {
    let trained = try TrainedModel(name, trainedChannels: trainedChannels)
    let other = trained.state.map { $0 ^ 0x55 }
    let exported = try ModelExporter(model: trained.file, manifest: trained.manifest).model(with: other)
    #expect(exported.count == trained.file.count)
    let changed = Set(exported.indices.filter { exported[$0] != trained.file[$0] })
    var allowed: Set<Int> = []
    var weights: Set<Int> = []
    for tensor in trained.manifest.trainedTensors {
      if tensor.kind == .bias { allowed.formUnion(tensor.fileOffset..<tensor.fileOffset + tensor.fileBytes) }
      for row in 0..<tensor.rows where tensor.kind == .weights {
        let start = tensor.fileOffset + row * tensor.channels
        weights.formUnion(start..<start + tensor.trainedChannels)
      }
    }
    #expect(changed.isSubset(of: allowed.union(weights)))
    #expect(weights.isSubset(of: changed))
    _ = try ModelImporter.graph(of: exported, name: name)
  }

  /// A state whose planes hold chosen channels: back at their places in the file.
  @Test func chosenChannels_areWrittenWhereTheyStandInTheFile() throws {
    var trained = try TrainedModel("digits-conv", trainedChannels: 3)
    for index in trained.manifest.trainedTensors.indices where trained.manifest.trainedTensors[index].kind == .weights {
      let tensor = trained.manifest.trainedTensors[index]
      guard tensor.channels >= 6, tensor.trainedChannels == 3 else { continue }
      trained.manifest.trainedTensors[index].channelIndices = [1, 3, 5]
      for row in 0..<tensor.rows {
        for (j, channel) in [1, 3, 5].enumerated() {
          trained.state[trained.weightsStart + tensor.segmentOffset + row * 3 + j] =
            trained.file[tensor.fileOffset + row * tensor.channels + channel]
        }
      }
    }
    let exporter = try ModelExporter(model: trained.file, manifest: trained.manifest)
    #expect(try exporter.model(with: trained.state) == trained.file)

    let exported = try exporter.model(with: trained.state.map { $0 ^ 0x55 })
    for tensor in trained.manifest.trainedTensors where tensor.kind == .weights {
      let chosen = Set(tensor.channelIndices ?? Array(0..<tensor.trainedChannels))
      for index in 0..<tensor.fileBytes {
        let at = tensor.fileOffset + index
        #expect((exported[at] != trained.file[at]) == chosen.contains(index % tensor.channels))
      }
    }
  }

  @Test(arguments: [
    (Int32(-13), Int32(-2)), (-12, -1), (-4, 0), (-5, -1), (3, 0), (4, 1), (11, 1), (12, 2), (.max, 1 << 28),
    (.min, -(1 << 28)),
  ])
  func bias_isRoundedAsTheForwardPassReadsIt(code: Int32, expected: Int32) throws {
    var trained = try TrainedModel("digits-dense")
    let start = trained.biasesStart
    trained.state.replaceSubrange(start..<start + 4, with: TrainedModel.bytes(code))
    let exported = try ModelExporter(model: trained.file, manifest: trained.manifest).model(with: trained.state)
    let bias = try #require(trained.manifest.trainedTensors.first { $0.kind == .bias })
    #expect(Array(exported[bias.fileOffset..<bias.fileOffset + 4]) == TrainedModel.bytes(expected))
  }

  private typealias Change = @Sendable (inout ArtifactManifest) -> Void
  private static let mismatches: [(String, Change)] = [
    ("found a file with hash", { $0.hashes.model = HexDigest(1) }),
    ("expected bytes within the file's", { $0.trainedTensors[0].fileOffset = 5_200 }),
    ("expected bytes within the file's", { $0.trainedTensors[0].fileOffset = -1 }),
    ("of its segment, expected bytes within", { $0.trainedTensors[1].segmentOffset = 100_000 }),
    ("expected 4 B a code", { $0.trainedTensors[0].fileBytes += 4 }),
    ("expected 1 B a code", { $0.trainedTensors[1].channels = .max }),
    ("expected 1 B a code", { $0.trainedTensors[1].trainedChannels = 0 }),
    ("found the channels [0, 0]", { $0.trainedTensors[1].channelIndices = [0, 0] }),
    ("both at byte", { $0.trainedTensors[2].fileOffset = $0.trainedTensors[0].fileOffset }),
    ("found a segment of", { $0.segments[0].bytes = .max }),
  ]

  @Test(arguments: mismatches.indices) func foreignManifest_isRefusedBySentence(row: Int) throws {
    let (sentence, change) = Self.mismatches[row]
    var trained = try TrainedModel("digits-dense")
    change(&trained.manifest)
    let error = #expect(throws: ExportError.self) {
      try ModelExporter(model: trained.file, manifest: trained.manifest)
    }
    #expect(error?.kind == .mismatch)
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test func stateOfAnotherLength_isRefusedBySentence() throws {
    let trained = try TrainedModel("digits-dense")
    let exporter = try ModelExporter(model: trained.file, manifest: trained.manifest)
    let error = #expect(throws: ExportError.self) { try exporter.model(with: Array(trained.state.dropLast())) }
    let (found, expected) = (trained.state.count - 1, trained.state.count)
    #expect(error?.description.hasPrefix("training state: found \(found) B, expected \(expected) B; use the") == true)
  }
}
