/// One kernel call of the generated step.
struct EmittedCall {
  var function: String
  var arguments: [String]
  /// Assigned to when the kernel returns a value.
  var result: String?

  init(_ function: String, _ arguments: [String], result: String? = nil) {
    self.function = function
    self.arguments = arguments
    self.result = result
  }
}
