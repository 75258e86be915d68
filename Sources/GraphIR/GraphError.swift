/// A rule of the graph that does not hold, as one sentence: where, found, expected.
package struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
