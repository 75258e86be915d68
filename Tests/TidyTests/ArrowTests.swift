import Testing

/// The arrows of Sources/README.md: importer left, what it may import of ours right. SwiftPM does not report
/// an undeclared import of a sibling, so the `import` lines are read.
@Suite struct ArrowTests {
  static let arrows: [String: Set<String>] = [
    "GraphIR": [], "ArtifactManifest": [], "Profiling": [], "WireProtocol": [], "Telemetry": [],
    "CUdev": [], "CZlib": [], "CUnicorn": [],
    "EmulatorCore": ["CUnicorn"], "BoardEmulator": ["EmulatorCore"],
    "Datasets": ["CZlib"],
    "ModelImport": ["GraphIR"], "Interpreter": ["GraphIR"], "Transforms": ["GraphIR"],
    "Autodiff": ["GraphIR"], "MemoryPlanning": ["GraphIR"],
    "UpdatePlanning": ["GraphIR", "MemoryPlanning"],
    "CodegenC": ["GraphIR", "MemoryPlanning", "ArtifactManifest"],
    "Compiler": [
      "GraphIR", "ModelImport", "Interpreter", "Transforms", "UpdatePlanning", "Autodiff", "MemoryPlanning", "CodegenC",
      "ArtifactManifest",
    ],
    "ModelExport": ["ArtifactManifest"],
    "FirmwareBuild": ["ArtifactManifest"],
    "Transport": ["CUdev"],
    "Doctor": ["Transport"],
    "DeviceLink": ["Transport", "WireProtocol"],
    "DeviceModel": ["Transport", "WireProtocol", "GraphIR", "Interpreter", "ArtifactManifest"],
    "Coordinator": [
      "Datasets", "DeviceLink", "Telemetry", "ArtifactManifest", "ModelExport", "Transport", "WireProtocol",
    ],
  ]

  /// The places that join parts: they may import everything.
  static let joints: Set<String> = ["fieldtune", "fieldtuned", "fieldtune-emulator"]

  @Test func everyModule_hasItsArrowsWrittenDown() {
    let modules = Set(Repository().folders(in: "Sources"))
    #expect(modules.subtracting(Self.joints) == Set(Self.arrows.keys))
  }

  @Test(arguments: arrows.keys.sorted()) func module_importsOnlyWhatItsArrowsAllow(module: String) throws {
    let repository = Repository()
    let ours = Set(Self.arrows.keys).union(Self.joints).union(["FirmwareKernels", "FirmwareRuntime"])
    let allowed = Self.arrows[module] ?? []
    for file in repository.files(below: "Sources/" + module, endings: ["swift"]) {
      for imported in imports(of: try repository.text(of: file)) where ours.contains(imported) {
        #expect(allowed.contains(imported), "\(file) imports \(imported)")
      }
    }
  }

  /// Run-time joints: the daemon never compiles. Invariant 3.
  @Test func daemon_importsNoCompileTimeModule() throws {
    let repository = Repository()
    let compileTime: Set<String> = [
      "ModelImport", "Transforms", "Autodiff", "UpdatePlanning", "MemoryPlanning", "CodegenC", "Compiler",
    ]
    for file in repository.files(below: "Sources/fieldtuned", endings: ["swift"]) {
      for imported in imports(of: try repository.text(of: file)) {
        #expect(!compileTime.contains(imported), "\(file) imports \(imported)")
      }
    }
  }

  private func imports(of source: String) -> [String] {
    source.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
        words[..<index].allSatisfy({ $0.hasPrefix("@") || $0 == "package" || $0 == "private" || $0 == "internal" })
      else { return nil }
      return words[index + 1].split(separator: ".").first.map(String.init)
    }
  }
}
