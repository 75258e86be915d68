/// The version of Sources/Interpreter/SEMANTICS.md that this code follows. Part of every semantics hash.
package enum Semantics {
  package static let version = 3
}
