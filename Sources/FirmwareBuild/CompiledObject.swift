import Foundation

/// An object file and the call graph the compiler left beside it, which is written first.
struct CompiledObject: Hashable, Sendable {
  static let modelSuffix = ".model.o"

  let file: URL
  var isOfModel: Bool { file.lastPathComponent.hasSuffix(Self.modelSuffix) }
  var callGraph: URL { file.deletingPathExtension().appendingPathExtension("ci") }
}
