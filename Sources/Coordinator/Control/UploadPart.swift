/// The parts of an upload; each is sent in order, in as many pieces as it takes.
package enum UploadPart: String, Hashable, Sendable, Codable, CaseIterable {
  /// The artifact's files.
  case manifest, model, graph, graphData
  /// Labels: two bytes each, the low one first. Codes: int8, `inputBytes` for each label.
  case trainingLabels, trainingCodes, evaluationLabels, evaluationCodes

  package var isArtifact: Bool {
    switch self {
    case .manifest, .model, .graph, .graphData: true
    case .trainingLabels, .trainingCodes, .evaluationLabels, .evaluationCodes: false
    }
  }
}
