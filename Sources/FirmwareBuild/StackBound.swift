/// The most stack the firmware can use: the deepest path of calls from `reset_handler`, on it the
/// deepest interrupt, on that a fault.
///
/// Invariants
///   - Every call is accounted for: a callee that is neither in the call graph nor a leaf of the C
///     library, a call through a pointer that the table does not name, a frame of unknown size and a
///     recursion are errors.
///   - All interrupts share one priority, so they do not nest; a fault may interrupt any of them.
struct StackBound: Sendable {
  /// Pushed by the processor on exception entry, floating-point registers and alignment included
  /// (DDI 0403E, B1.5.7: 26 words, and one to align).
  static let exceptionFrameBytes = 112
  /// The C library's leaves: `__aeabi_uldivmod` and what it calls take 48 bytes, the others less.
  /// The compiler may add such calls after it has written the call graph, so every path has them.
  static let libraryLeafBytes = 64

  let graph: CallGraph
  let indirectCalls: IndirectCalls

  /// - Throws: a reason, for the caller to say which board's.
  func bytes() throws(Unbounded) -> Int {
    let thread = try depth("reset_handler")
    var interrupt = 0
    for name in graph.functions.keys where Self.isInterruptHandler(name) {
      interrupt = max(interrupt, try depth(name))
    }
    let fault = try depth("crash_and_reset")
    return thread + interrupt + fault + 2 * Self.exceptionFrameBytes + 3 * Self.libraryLeafBytes
  }

  struct Unbounded: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
  }

  /// By name: what a vector table holds ends in `_handler`; those of reset and faults come apart.
  private static func isInterruptHandler(_ name: String) -> Bool {
    name.hasSuffix("_handler") && name != "reset_handler" && name != "fault_handler"
  }

  private func depth(_ name: String) throws(Unbounded) -> Int {
    var known: [String: Int] = [:]
    var path: [String] = []
    return try depth(name, path: &path, known: &known)
  }

  /// Frames from `name` to its deepest leaf.
  private func depth(
    _ name: String, path: inout [String], known: inout [String: Int]
  ) throws(Unbounded) -> Int {
    if let depth = known[name] { return depth }
    guard !path.contains(name) else {
      throw Unbounded(description: "\((path + [name]).joined(separator: " calls ")) calls itself")
    }
    guard let function = graph.functions[name] else {
      let caller = path.last ?? "the start"
      throw Unbounded(description: "\(caller) calls '\(name)', of which no stack use is known")
    }
    guard function.isStatic else {
      throw Unbounded(description: "'\(name)' (\(function.location)) has a frame of variable size")
    }
    path.append(name)
    var deepest = 0
    for callee in try callees(of: name, function) {
      deepest = max(deepest, try depth(callee, path: &path, known: &known))
    }
    path.removeLast()
    known[name] = function.frameBytes + deepest
    return function.frameBytes + deepest
  }

  private func callees(
    of name: String, _ function: CallGraph.Function
  ) throws(Unbounded) -> [String] {
    var callees: [String] = []
    for callee in function.callees where !Self.isLibraryLeaf(callee) {
      guard callee == CallGraph.indirectCall else {
        callees.append(callee)
        continue
      }
      let targets = indirectCalls.targets(of: function.location, in: graph)
      guard !targets.isEmpty else {
        throw Unbounded(
          description: "'\(name)' (\(function.location)) calls through a pointer to nobody knows whom")
      }
      callees += targets
    }
    return callees
  }

  /// Functions of newlib-nano and libgcc that call nothing with a frame of its own.
  private static func isLibraryLeaf(_ name: String) -> Bool {
    ["memcpy", "memset", "memmove", "memcmp", "strlen"].contains(name) || name.hasPrefix("__aeabi_")
  }
}
