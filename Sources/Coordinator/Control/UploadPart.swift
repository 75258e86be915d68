/// The parts of an upload; each is sent in order, in as many pieces as it takes.
package enum UploadPart: String, Hashable, Sendable, Codable, CaseIterable {
  /// The artifact's files.
  case manifest, model, graph, graphData
  /// Labels: two bytes each, the low one first. Codes: int8, `inputBytes` for each label.
  /// Targets: int16, `targetBytes` for each label.
  case trainingLabels, trainingCodes, trainingTargets, evaluationLabels, evaluationCodes, evaluationTargets

  package var isArtifact: Bool {
    switch self {
    case .manifest, .model, .graph, .graphData: true
    case .trainingLabels, .trainingCodes, .trainingTargets, .evaluationLabels, .evaluationCodes, .evaluationTargets: false
    }
  }
}
