/// One kernel call of the generated step.
struct EmittedCall {
  var function: String
  var arguments: [String]
  /// Whether the function around the call returns the kernel's value.
  var isReturned = false
  /// Where the first argument is a shape that can be cut down to one output row: NAME of `struct NAME_shape` and `NAME_row`.
  var rowShape: String?

  init(_ function: String, _ arguments: [String], isReturned: Bool = false, rowShape: String? = nil) {
    self.function = function
    self.arguments = arguments
    self.isReturned = isReturned
    self.rowShape = rowShape
  }
}
