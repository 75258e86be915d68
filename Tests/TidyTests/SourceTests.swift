import Foundation
import Testing

@Suite struct SourceTests {
  private static let repository = Repository()
  private static let ours =
    repository.files(below: "Sources", endings: ["swift"]) + repository.files(below: "Tests", endings: ["swift"])
    + repository.files(below: "Tools", endings: ["swift", "py", "sh"])
    + repository.files(below: "Firmware", endings: ["c", "h", "S", "ld"])
    + repository.files(below: "Packaging", endings: ["rules", "service", "toml"])

  @Test func sources_carryNoMarksOfUnfinishedWork() throws {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "unimplemen" + "ted", "fatalEr" + "ror()"]
    for file in Self.ours {
      let text = try Self.repository.text(of: file)
      for mark in marks { #expect(!text.contains(mark), "\(file) contains \(mark)") }
    }
  }

  @Test func sources_nameNoPathOfOneMachine() throws {
    let paths = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
    for file in Self.ours {
      let text = try Self.repository.text(of: file)
      for path in paths { #expect(!text.contains(path), "\(file) contains \(path)") }
    }
  }

  @Test func tests_reachNoInternals() throws {
    for file in Self.repository.files(below: "Tests", endings: ["swift"]) {
      let text = try Self.repository.text(of: file)
      #expect(!text.contains("@test" + "able"), "\(file)")
    }
  }

  @Test func kernels_includeOnlyKernelsAndTheStandardTypes() throws {
    let allowed: Set<String> = ["<stdint.h>", "<stdbool.h>", "<stddef.h>", "<string.h>"]
    for file in Self.repository.files(below: "Firmware/kernels", endings: ["c", "h"]) {
      for line in try Self.repository.text(of: file).split(separator: "\n") where line.hasPrefix("#include <") {
        let header = String(line.dropFirst("#include ".count))
        #expect(allowed.contains(header), "\(file) includes \(header)")
      }
    }
  }

  @Test func topLevel_holdsWhatTheMapSays() throws {
    let expected: Set<String> = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "Firmware", "Protocol", "Tools", "Packaging",
      "Documentation", "Makefile", "README.md", "LICENSE", "fieldtune-demo",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.repository.root.path)
      .filter { !$0.hasPrefix(".") }
    #expect(Set(found).subtracting(expected).isEmpty)
  }
}
