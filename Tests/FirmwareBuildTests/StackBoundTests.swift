import FirmwareBuild
import Foundation
import Testing

/// The bound of firmware whose step has a known frame, and the sentences for what has no bound.
@Suite struct StackBoundTests {
  private func build(_ change: (String) -> String) throws -> BuildReport {
    let folder = try TemporaryFolder()
    let artifact = try FixtureArtifact(in: folder.url)
    let source = artifact.directory.appendingPathComponent("training_step.c")
    let text = try String(contentsOf: source, encoding: .utf8)
    try change(text).write(to: source, atomically: true, encoding: .utf8)
    let board = try TestBench.catalog().board(named: "mps2-an500")
    return try FirmwareBuilder(root: FirmwareRoot.locate()).build(
      artifactDirectory: artifact.directory, board: board, outputDirectory: folder.url)
  }

  private func insert(_ text: String) -> (String) -> String {
    { $0.replacing("header.step++;", with: "header.step++;\n    \(text)") }
  }

  private func reason(_ text: String, helper: String = "") throws -> String {
    let error = #expect(throws: FirmwareBuildError.self) {
      _ = try build { insert(text)($0.replacing("static void train(", with: "\(helper)\nstatic void train(")) }
    }
    return "\(try #require(error))"
  }

  @Test func bound_growsWithTheStepsFrame() throws {
    let plain = try #require(try TestBench.shared.report("mps2-an500").stackBoundBytes)
    let larger = try build(
      insert("volatile uint8_t scratch[512]; scratch[target.label] = 1; weights[0] = (int8_t)scratch[0];"))
    let bound = try #require(larger.stackBoundBytes)
    #expect((plain + 250...plain + 550).contains(bound))
  }

  @Test func recursion_isRefused() throws {
    let helper = """
      __attribute__((noinline)) static int8_t twice(int8_t x) {
          return x > 100 ? x : (int8_t)(twice((int8_t)(x + 1)) ^ twice((int8_t)(x + 2)));
      }
      """
    #expect(try reason("weights[0] = twice(weights[0]);", helper: helper).hasSuffix("calls itself"))
  }

  @Test func frameOfVariableSize_isRefused() throws {
    let text =
      "uint8_t row[target.label + 1]; for (uint32_t i = 0; i <= target.label; i++) row[i] = (uint8_t)arena[i];"
      + " weights[0] = (int8_t)row[target.label / 2];"
    #expect(try reason(text).hasSuffix("has a frame of variable size"))
  }

  @Test func stackBeyondTheReserve_isRefused() throws {
    let text = "volatile uint8_t scratch[8192]; scratch[target.label] = 1; weights[0] = (int8_t)scratch[0];"
    #expect(try reason(text).contains("board.json reserves 2048"))
  }

  @Test func libraryBeyondItsLeaves_isRefused() throws {
    let sentence = try reason(
      "weights[0] = (int8_t)atoi((const char *)arena);", helper: "#include <stdlib.h>")
    #expect(sentence.hasSuffix("calls 'atoi', of which no stack use is known"))
  }

  @Test func warning_isRefusedInOneSentence() throws {
    let sentence = try reason("int unused;")
    #expect(sentence.contains("unused variable"))
    #expect(!sentence.contains("\n"))
  }
}
