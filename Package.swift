// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let strictC: [CSetting] = [
  .unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"])
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

/// A module of ours. The arrows are checked against `import` lines by `TidyTests`.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let compileTime: [Target.Dependency] = [
  "GraphIR", "ModelImport", "Interpreter", "Transforms", "UpdatePlanning", "Autodiff",
  "MemoryPlanning", "CodegenC", "ArtifactManifest",
]

let package = Package(
  name: "fieldtune",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "fieldtune", targets: ["fieldtune"]),
    .executable(name: "fieldtuned", targets: ["fieldtuned"]),
    .executable(name: "fieldtune-emulator", targets: ["fieldtune-emulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
    .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
    .package(url: "https://github.com/groue/GRDB.swift", .upToNextMinor(from: "7.10.0")),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", .upToNextMinor(from: "2.28.1")),
    .package(url: "https://github.com/apple/swift-nio-extras", .upToNextMinor(from: "1.35.2")),
    .package(url: "https://github.com/LebJe/TOMLKit", .upToNextMinor(from: "0.6.0")),
  ],
  targets: [
    // The firmware's own sources, from the same files arm-none-eabi-gcc compiles.
    .target(
      name: "FirmwareKernels", path: "Firmware/kernels", publicHeadersPath: ".", cSettings: strictC),
    .target(
      name: "FirmwareRuntime", dependencies: ["FirmwareKernels"], path: "Firmware/runtime",
      publicHeadersPath: ".", cSettings: strictC),
    .systemLibrary(
      name: "CUdev", path: "Sources/CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // The boards' emulator. libunicorn is GPL-2.0: nothing but fieldtune-emulator links it.
    .systemLibrary(name: "CUnicorn", path: "Sources/CUnicorn", providers: [.apt(["libunicorn-dev"])]),
    .target(name: "EmulatorCore", dependencies: ["CUnicorn"], cSettings: strictC, linkerSettings: [.linkedLibrary("unicorn")]),
    module("BoardEmulator", ["EmulatorCore"]),
    .executableTarget(name: "fieldtune-emulator", dependencies: ["BoardEmulator", argumentParser], swiftSettings: strict),

    // Compile time.
    module("GraphIR"),
    module("ArtifactManifest"),
    module("ModelImport", ["GraphIR"]),
    module("ModelExport", ["ArtifactManifest"]),
    module("Interpreter", ["GraphIR"], exclude: ["SEMANTICS.md"]),
    module("Transforms", ["GraphIR"]),
    module("Autodiff", ["GraphIR"]),
    module("MemoryPlanning", ["GraphIR"]),
    module("UpdatePlanning", ["GraphIR", "MemoryPlanning"]),
    module("CodegenC", ["GraphIR", "MemoryPlanning", "ArtifactManifest"]),
    module("Compiler", compileTime),
    module("FirmwareBuild", ["ArtifactManifest"]),
    module("Profiling"),

    // Run time.
    module("WireProtocol"),
    module("Datasets", ["CZlib", nioCore, nioPosix]),
    module("Telemetry", [grdb]),
    module("Transport", ["CUdev", nioCore, nioPosix]),
    module("Doctor", ["Transport"]),
    module("DeviceLink", ["Transport", "WireProtocol"]),
    module(
      "DeviceModel", ["Transport", "WireProtocol", "GraphIR", "Interpreter", "ArtifactManifest"]),
    module(
      "Coordinator",
      ["Datasets", "DeviceLink", "Telemetry", "ArtifactManifest", "ModelExport", "Transport", "WireProtocol"]),

    .executableTarget(
      name: "fieldtune",
      dependencies: [
        "Compiler", "FirmwareBuild", "Coordinator", "DeviceModel", "ModelExport", "ModelImport",
        "Interpreter", "GraphIR", "ArtifactManifest", "UpdatePlanning", "Datasets", "DeviceLink",
        "Doctor", "Profiling", "Telemetry", "Transport", "WireProtocol", argumentParser,
      ], swiftSettings: strict),
    .executableTarget(
      name: "fieldtuned",
      dependencies: [
        "Coordinator", "DeviceModel", "DeviceLink", "Doctor", "Telemetry", "Transport", "ArtifactManifest",
        "Datasets", "WireProtocol", hummingbird, hummingbirdCore, nioHTTPTypes, toml, logging, nioCore, nioPosix, argumentParser,
      ], resources: [.embedInCode("page.html")], swiftSettings: strict),
    .executableTarget(
      name: "bench",
      dependencies: ["Compiler", "FirmwareBuild", "GraphIR", "Profiling", "UpdatePlanning"], path: "Tools/Bench",
      swiftSettings: strict),
    .target(
      name: "FaultSimulation",
      dependencies: [
        "ArtifactManifest", "Coordinator", "DeviceLink", "FirmwareRuntime", "Telemetry", "WireProtocol",
      ], path: "Tools/Torture/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "torture",
      dependencies: [
        "ArtifactManifest", "Coordinator", "DeviceLink", "DeviceModel", "FaultSimulation", "FirmwareBuild", "Telemetry", "Transport",
        "WireProtocol",
        argumentParser,
      ], path: "Tools/Torture/Command",
      swiftSettings: strict),
    .executableTarget(
      name: "schema-generator", path: "Tools/SchemaGenerator", swiftSettings: strict),

    // Tests.
    tests("GraphIRTests", ["GraphIR"]),
    tests("ModelImportTests", ["ModelImport", "GraphIR", "Interpreter"]),
    tests("ModelExportTests", ["ModelExport", "ModelImport", "GraphIR", "ArtifactManifest"]),
    tests("InterpreterTests", ["Interpreter", "GraphIR"]),
    tests("CompilerTests", compileTime + ["Compiler"]),
    tests("KernelParityTests", ["FirmwareKernels", "Interpreter", "GraphIR", "MemoryPlanning"]),
    tests("BenchTests", ["bench", "FirmwareBuild"]),
    tests("FirmwareBuildTests", ["FirmwareBuild", "ArtifactManifest", "Compiler", "WireProtocol"]),
    tests("ProfilingTests", ["Profiling"]),
    tests("WireProtocolTests", ["WireProtocol", "FirmwareRuntime", "schema-generator"]),
    tests("BoardEmulatorTests", ["BoardEmulator"]),
    tests("TransportTests", ["Transport"]),
    tests("DoctorTests", ["Doctor", "Transport"]),
    tests("DatasetsTests", ["Datasets"]),
    tests("TelemetryTests", ["Telemetry"]),
    tests(
      "DeviceLinkTests",
      ["DeviceLink", "DeviceModel", "FaultSimulation", "Interpreter", "Transport", "WireProtocol"]),
    tests("FaultSimulationTests", ["FaultSimulation"]),
    tests("TortureTests", ["torture", "fieldtune", "fieldtune-emulator", "fieldtuned"]),
    tests(
      "DeviceConformanceTests",
      ["DeviceModel", "DeviceLink", "Transport", "WireProtocol", "FirmwareBuild", "Coordinator"]
        + compileTime + ["Compiler"]),
    .target(
      name: "FaultyStorage", path: "Tests/FaultyStorage", cSettings: strictC, linkerSettings: [.linkedLibrary("sqlite3")]),
    tests(
      "CoordinatorTests", ["Coordinator", "Telemetry", "Datasets", "DeviceModel", "Transport", "FaultyStorage"]),
    tests("EndToEndTests", ["Coordinator", "ArtifactManifest", "Telemetry", "fieldtune", "fieldtuned"]),
    tests("TidyTests", []),
  ],
  swiftLanguageModes: [.v6]
)
