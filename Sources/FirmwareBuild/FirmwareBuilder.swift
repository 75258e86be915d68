import ArtifactManifest
import Foundation

/// Builds the firmware of an artifact for a board: kernels, runtime, board and the artifact's own C.
package struct FirmwareBuilder: Sendable {
  package let root: FirmwareRoot
  package let cache: ObjectCache

  /// Folders the compiler is looked for in, separated by colons.
  package let searchPath: String

  package init(root: FirmwareRoot, cache: ObjectCache = .standard) {
    self.init(root: root, cache: cache, searchPath: Tool.environmentPath)
  }

  package init(root: FirmwareRoot, cache: ObjectCache = .standard, searchPath: String) {
    self.root = root
    self.cache = cache
    self.searchPath = searchPath
  }

  /// The compiler's name and version, such as `arm-none-eabi-gcc 12.2.1`.
  package func compilerVersion(for board: Board) throws(FirmwareBuildError) -> String {
    let compiler = try Toolchain(for: board, searchPath: searchPath).compiler
    let version = try compiler.run(["-dumpfullversion"]).output.split(separator: "\n").first ?? ""
    return "\(URL(fileURLWithPath: compiler.path).lastPathComponent) \(version)"
  }

  /// Where an artifact keeps a board's build: `DIR/build/BOARD`.
  package static func outputDirectory(artifactDirectory: URL, board: Board) -> URL {
    artifactDirectory.appendingPathComponent("build").appendingPathComponent(board.name)
  }

  /// Compiles what has changed, links, measures, and leaves `firmware.elf` (and `firmware.bin`) in
  /// `outputDirectory`. Blocks for as long as the compiler runs.
  ///
  /// One sample may wait outside of the arena, so that it arrives while a step runs; where that does not fit, none.
  ///
  /// - Throws: a sentence when a tool is missing, a file does not compile, memory does not suffice or
  ///   the stack has no bound below what board.json reserves.
  package func build(
    artifactDirectory: URL, board: Board, outputDirectory: URL
  ) throws(FirmwareBuildError) -> BuildReport {
    let toolchain = try Toolchain(for: board, searchPath: searchPath)
    let artifact = try Self.open(artifactDirectory)
    func plan(sampleSlots: Int) throws(FirmwareBuildError) -> BuildPlan {
      try BuildPlan(
        root: root, artifact: artifact, board: board, outputDirectory: outputDirectory, sampleSlots: sampleSlots,
        cache: cache)
    }
    do {
      return try build(plan(sampleSlots: 1), toolchain)
    } catch .memoryOverflow {
      return try build(plan(sampleSlots: 0), toolchain)
    }
  }

  private func build(_ plan: BuildPlan, _ toolchain: Toolchain) throws(FirmwareBuildError) -> BuildReport {
    try plan.writeGeneratedFiles()
    let objects = try Compilation(plan: plan, compiler: toolchain.compiler).run()
    let stack = try stack(plan, objects)
    let linking = Linking(plan: plan, compiler: toolchain.compiler, objects: objects, stackBytes: stack.reservedBytes)
    let placement = try linking.run()
    let binary = try writeBinary(plan, toolchain)
    return try measure(plan, toolchain, objects, placement, binary, stack)
  }

  static func open(_ directory: URL) throws(FirmwareBuildError) -> Artifact {
    do {
      return try Artifact(opening: directory.standardizedFileURL)
    } catch let error as ArtifactError {
      throw .badArtifact(error.description)
    } catch {
      throw .badArtifact("\(directory.path): \(error)")
    }
  }

  private struct Stack {
    var reservedBytes: Int
    /// Nil on the host, where none is computed.
    var boundBytes: Int?
  }

  /// What a chip can use of its stack is reserved, and no more: the rest of what board.json allows is the model's.
  private func stack(_ plan: BuildPlan, _ objects: [CompiledObject]) throws(FirmwareBuildError) -> Stack {
    guard plan.board.runs != .host else { return Stack(reservedBytes: plan.board.stackBytes, boundBytes: nil) }
    let bound = try stackBoundBytes(plan, objects)
    return Stack(reservedBytes: min(plan.board.stackBytes, Self.alignedUp(bound)), boundBytes: bound)
  }

  /// To the alignment of a stack (AAPCS, 6.2.1.2).
  private static func alignedUp(_ stackBytes: Int) -> Int {
    (stackBytes + 7) & ~7
  }

  private func stackBoundBytes(
    _ plan: BuildPlan, _ objects: [CompiledObject]
  ) throws(FirmwareBuildError) -> Int {
    var graph = CallGraph()
    for object in objects { try graph.add(try BuildPlan.read(object.callGraph)) }
    let calls = IndirectCalls(artifactPath: plan.artifact.directory.path)
    let bound: Int
    do {
      bound = try StackBound(graph: graph, indirectCalls: calls).bytes()
    } catch {
      throw .stackUnbounded(board: plan.board.name, reason: error.description)
    }
    guard bound <= plan.board.stackBytes else {
      throw .stackTooSmall(
        board: plan.board.name, boundBytes: bound, reservedBytes: plan.board.stackBytes)
    }
    return bound
  }

  private func writeBinary(
    _ plan: BuildPlan, _ toolchain: Toolchain
  ) throws(FirmwareBuildError) -> URL? {
    guard let objcopy = toolchain.objcopy else { return nil }
    let result = try objcopy.run(["-O", "binary", plan.elf.path, plan.binary.path])
    guard result.status == 0 else {
      throw .processFailed(program: objcopy.path, reason: result.output)
    }
    return plan.binary
  }

  private func measure(
    _ plan: BuildPlan, _ toolchain: Toolchain, _ objects: [CompiledObject],
    _ placement: Board.Placement?, _ binary: URL?, _ stack: Stack
  ) throws(FirmwareBuildError) -> BuildReport {
    let sizes = try SectionSizes(of: plan.elf, tool: toolchain.size)
    let initialized = sizes.bytes(".data")
    var data = initialized + sizes.bytes(".bss", ".dma", ".noinit")
    var samples = sizes.bytes(".sample_slots")
    var (arena, state) = (sizes.bytes(".arena"), sizes.bytes(".training_state"))
    if plan.board.runs == .host {  // Linked without sections.ld: all of it, and the stack, is in .bss.
      (arena, state) = try modelBytes(objects, toolchain)
      samples = plan.sampleSlots * plan.artifact.manifest.input.bytes
      data -= stack.reservedBytes + arena + state + samples
    }
    let regions = try regions(plan.board, sizes, initialized)
    return BuildReport(
      board: plan.board.name, elf: plan.elf.path, binary: binary?.path,
      flashBytes: flashBytes(plan.board, sizes, regions),
      flashCapacityBytes: plan.board.flashBytes,
      sramBytes: data + arena + state + samples + stack.reservedBytes,
      arenaBytes: arena, stateBytes: state, dataBytes: data,
      sampleSlots: plan.sampleSlots, sampleSlotBytes: samples,
      stackReservedBytes: stack.reservedBytes, stackBoundBytes: stack.boundBytes,
      regions: regions, placement: placement)
  }

  /// Arena and training state, as the model's objects declare them.
  private func modelBytes(
    _ objects: [CompiledObject], _ toolchain: Toolchain
  ) throws(FirmwareBuildError) -> (arena: Int, state: Int) {
    var (arena, state) = (0, 0)
    for object in objects where object.isOfModel {
      let sizes = try SectionSizes(of: object.file, tool: toolchain.size)
      arena += sizes.bytes(".bss.arena")
      state += sizes.bytes(withPrefix: ".bss") - sizes.bytes(".bss.arena")
    }
    return (arena, state)
  }

  /// On a chip what is programmed, gaps for alignment included; on the host the sections that would be.
  private func flashBytes(
    _ board: Board, _ sizes: SectionSizes, _ regions: [BuildReport.Region]
  ) -> Int {
    if board.runs == .host { return sizes.bytes(".text", ".rodata", ".data") }
    let flash = Set(board.memory.filter { $0.kind == .flash }.map(\.name))
    return regions.filter { flash.contains($0.name) }.reduce(0) { $0 + $1.usedBytes }
  }

  /// The initial values of variables lie in flash without a section of their own there.
  private func regions(
    _ board: Board, _ sizes: SectionSizes, _ initializedBytes: Int
  ) throws(FirmwareBuildError) -> [BuildReport.Region] {
    var regions: [BuildReport.Region] = []
    for region in board.memory {
      guard let origin = region.originAddress else {
        throw .unreadableFile(
          path: "board.json of \(board.name)",
          reason: "region \(region.name): found the origin '\(region.origin)', expected 0x and digits")
      }
      let used = sizes.bytes(from: origin, length: region.bytes)
      regions.append(
        .init(
          name: region.name, bytes: region.bytes,
          usedBytes: region.kind == .flash ? used + initializedBytes : used))
    }
    return regions
  }
}
