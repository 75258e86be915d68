import Foundation
import Testing
import schema_generator

@Suite struct GeneratorTests {
  @Test func generatedFiles_areFresh() throws {
    let stale = try Generator(root: VectorFiles.root).stalePaths(root: VectorFiles.root)
    #expect(stale == [], "run schema-generator in the project's root")
  }

  @Test(arguments: [
    ("\"id\": 17", "\"id\": 16", "message identifier '16' appears twice"),
    ("\"of\": \"baudRate\"", "\"of\": \"missing\"", "an array needs a struct ('missing')"),
    ("\"channel\": \"time\"", "\"channel\": \"missing\"", "channel 'missing'"),
    ("\"type\": \"i32\"", "\"type\": \"float\"", "type 'float' is unknown"),
    ("\"maximum\": 600", "\"maximum\": 700", "must fit the 640 bytes"),
    (
      "\"name\": \"pattern\", \"type\": \"bytes\", \"maximum\": 600",
      "\"name\": \"pattern\", \"type\": \"string\", \"maximum\": 200", "the C decoder reads numbers and bytes alone"
    ),
  ])
  func schema_rejectsMistakes(_ old: String, _ new: String, _ sentence: String) throws {
    let source = VectorFiles.root.appending(path: "Protocol/schema.json")
    let text = try String(decoding: Data(contentsOf: source), as: UTF8.self)
    let error = #expect(throws: SchemaError.self) {
      try Schema(json: Data(text.replacingOccurrences(of: old, with: new).utf8))
    }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
  }
}
