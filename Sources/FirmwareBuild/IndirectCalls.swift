/// Whom calls through pointers reach.
///
/// There are four tables of functions in the firmware: `step_model`, filled by the artifact and called
/// by the session; `struct session_board`, filled by `common/firmware.c` and called by the session;
/// `struct state_flash`, filled by the board and called by the state store; `struct link_client`, filled by the session
/// and called by the link. The board's counter and its yield travel on to the generated step as `phase_clock.now` and
/// `phase_clock.yield`.
///
/// A static function that nobody calls by name must be in such a table: the compiler refuses unused ones.
struct IndirectCalls: Hashable, Sendable {
  /// Functions of `step_model` that run a step: only `session_samples.c` calls them, with a shallow stack.
  private static let stepEntries = ["train", "evaluate", "infer"]

  /// Functions of `link_client` that take what the host sent: only `link_receiver.c` calls them, and no others.
  private static let receiverEntries = ["take_message", "take_sample"]

  /// Functions of `session_board` and `state_flash` that are not static.
  private static let boardEntries = [
    "board_ticks", "board_stack_high_water", "board_serial_drained", "board_serial_set_baud",
    "stm32_flash_erase", "stm32_flash_program",
  ]

  /// The artifact's folder, as it stands in the call graph's locations.
  let artifactPath: String

  /// Functions a call through a pointer, made at `location`, may reach; empty when no rule covers it.
  func targets(of location: String, in graph: CallGraph) -> [String] {
    if location.hasPrefix(artifactPath) || location.contains("/kernels/") {
      return boardFunctions(["board_ticks", "firmware_yield"], in: graph)
    }
    if location.contains("/runtime/link") {
      let isReceiver = location.contains("/runtime/link_receiver.c")
      return nameless(in: graph) { $0.contains("/runtime/session") }.filter { name in
        isReceiver == Self.receiverEntries.contains { name.hasSuffix(":" + $0) }
      }
    }
    if location.contains("/profiler/counted_step.c") {
      return boardFunctions(["board_ticks"], in: graph) + nameless(in: graph) { $0.hasPrefix(artifactPath) }
    }
    guard location.contains("/runtime/") else { return [] }
    let called = boardFunctions(Self.boardEntries, in: graph)
      + nameless(in: graph) { $0.contains("/common/firmware.c") || $0.hasPrefix(artifactPath) }
    if location.contains("/runtime/session_samples.c") { return called }
    return called.filter { name in !Self.stepEntries.contains { name.hasSuffix(":" + $0) } }
  }

  private func boardFunctions(_ names: [String], in graph: CallGraph) -> [String] {
    names.filter { graph.functions[$0] != nil }
  }

  /// Functions that nobody calls by name, defined where `isTheirs` says; static ones have a colon in
  /// their title, and an artifact's need not be static.
  private func nameless(in graph: CallGraph, where isTheirs: (String) -> Bool) -> [String] {
    let called = Set(graph.functions.values.flatMap(\.callees))
    return graph.functions.filter { name, function in
      isTheirs(function.location) && !called.contains(name)
        && (name.contains(":") || function.location.hasPrefix(artifactPath))
    }.map(\.key).sorted()
  }
}
