// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The files of `DeviceLink`'s actor.
let faces = try FileManager.default.contentsOfDirectory(atPath: Context.packageDirectory + "/Sources/DeviceLink").filter {
  $0.hasPrefix("DeviceLink") && $0 != "DeviceLinkError.swift"
}

// Fuzz executables get their `main` from libFuzzer, which a plain build of the project does not link: a package of their
// own, over the same sources (`Sources` is a link to the project's). Built by run.sh.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude)
}

func fuzzer(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fieldtune",
  targets: [
    module("GraphIR"),
    module("ArtifactManifest"),
    module("ModelImport", ["GraphIR"]),
    module("Interpreter", ["GraphIR"], exclude: ["SEMANTICS.md"]),
    module("Transforms", ["GraphIR"]),
    module("Autodiff", ["GraphIR"]),
    module("MemoryPlanning", ["GraphIR"]),
    module("UpdatePlanning", ["GraphIR", "MemoryPlanning"]),
    module("CodegenC", ["GraphIR", "MemoryPlanning", "ArtifactManifest"]),
    module(
      "Compiler",
      [
        "GraphIR", "ModelImport", "Interpreter", "Transforms", "UpdatePlanning", "Autodiff", "MemoryPlanning", "CodegenC",
        "ArtifactManifest",
      ]),
    module("WireProtocol"),
    // The host's end without the actor and its transports.
    module("DeviceLink", ["WireProtocol"], exclude: faces + ["LinkBench.swift", "LinkPump.swift", "Waiters.swift"]),
    fuzzer("device", "Device", ["DeviceLink", "WireProtocol"]),
    fuzzer("trace", "Trace", ["DeviceLink"]),
    fuzzer("importer", "Importer", ["Compiler", "GraphIR", "ModelImport", "MemoryPlanning"]),
    fuzzer("plan", "Plan", ["GraphIR", "UpdatePlanning"]),
  ],
  swiftLanguageModes: [.v6])
