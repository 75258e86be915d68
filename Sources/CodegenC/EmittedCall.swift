/// One kernel call of the generated step.
struct EmittedCall {
  var function: String
  var arguments: [String]
  /// Whether the function around the call returns the kernel's value.
  var isReturned = false

  init(_ function: String, _ arguments: [String], isReturned: Bool = false) {
    self.function = function
    self.arguments = arguments
    self.isReturned = isReturned
  }
}
