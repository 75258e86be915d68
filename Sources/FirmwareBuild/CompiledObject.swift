import Foundation

/// An object file and the call graph the compiler left beside it, which is written first.
struct CompiledObject: Hashable, Sendable {
  let file: URL
  var callGraph: URL { file.deletingPathExtension().appendingPathExtension("ci") }
}
