/// Why a model was not compiled, as one sentence. Errors of the parts (import, plan, graph) pass through as they are.
package struct CompileError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    /// The board's SRAM or flash is too small.
    case doesNotFit
    /// The artifact could not be written.
    case notWritten
  }

  package let reason: Reason
  package let description: String

  package init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}
