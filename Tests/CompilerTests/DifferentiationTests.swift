import GraphIR
import Testing
import UpdatePlanning

@Suite struct DifferentiationTests {
  @Test func sharedTensor_sumsTheGradientsOfItsConsumers() throws {
    let graph = try Graph.residualSample().training(.full)
    let sums = graph.operations.filter { $0.kind == .sumErrors }
    #expect(sums.count == 1)
    let names = sums[0].inputs.map { graph[$0].name }
    #expect(Set(names) == ["d_block/sum/masked", "d_stem@block/spatial"])
  }

  /// What each preset emits: input gradients, weight updates, bias updates.
  @Test(arguments: [
    (UpdatePlan.none, 0, 0, 0), (.lastLayer, 0, 1, 1), (.biasOnly, 5, 0, 4), (.full, 5, 4, 4),
  ]) func preset_emitsWhatItNeeds(plan: UpdatePlan, inputGradients: Int, weights: Int, biases: Int) throws {
    let graph = try Graph.residualSample().training(plan)
    let backward = graph.count { kind in
      switch kind {
      case .conv2DBackwardInput, .depthwiseConv2DBackwardInput, .fullyConnectedBackwardInput, .averagePool2DBackward,
        .maxPool2DBackward:
        true
      default: false
      }
    }
    let weightUpdates = graph.count { kind in
      switch kind {
      case .conv2DUpdateWeights, .depthwiseConv2DUpdateWeights, .fullyConnectedUpdateWeights: true
      default: false
      }
    }
    let biasUpdates = graph.count { if case .updateBias = $0 { true } else { false } }
    #expect(backward == inputGradients)
    #expect(weightUpdates == weights)
    #expect(biasUpdates == biases)
  }

  @Test func inputGradient_standsBeforeTheUpdateOfTheSameLayer() throws {
    let names = try Graph.residualSample().training(.full).operations.map(\.name)
    let layers = ["head", "block/project", "block/spatial"]
    for layer in layers {
      let gradient = try #require(names.firstIndex(of: layer + "/backward_input"))
      #expect(names[gradient + 1] == layer + "/update_weights")
      #expect(names[gradient + 2] == layer + "/update_bias")
    }
  }

  @Test func lowestTrainedLayer_getsNoInputGradient() throws {
    let names = try Graph.residualSample().training(.full).operations.map(\.name)
    #expect(!names.contains("stem/backward_input"))
  }

  @Test func softmaxInTheMiddle_isRefusedInASentence() throws {
    var builder = GraphBuilder(input: [1, 8])
    let shares = builder.softmax("shares", builder.dense("hidden", builder.input, outputs: 6))
    let graph = builder.finish(builder.dense("head", shares, outputs: 3))
    _ = try graph.training(.lastLayer)
    let error = #expect(throws: GraphError.self) { _ = try graph.training(.full) }
    #expect(error?.description.contains("'shares' stands in the middle of the model") == true)
  }

  /// Bits so that no sum leaves int32: 31 - 8 for the codes - ceil(log2(positions)) in a weight gradient.
  @Test func longReductions_boundTheMantissa() throws {
    var builder = GraphBuilder(input: [1, 24, 24, 4])
    let stem = builder.conv("stem", builder.input, outputs: 8, kernel: 3)
    let graph = try builder.finish(builder.dense("head", builder.mean("mean", stem), outputs: 5)).training(.full)
    let error = try #require(graph.id(named: "d_stem/masked"))
    let range = try #require(graph[error].errorRange)
    #expect(graph.errorRanges[range].bits == 31 - 8 - 10)
  }
}
