import Datasets
import Testing

@Suite struct DataSpecificationTests {
  static let forms: [(String, DataSpecification)] = [
    ("a.gz,b.gz", .pair(samples: "a.gz", labels: "b.gz")),
    ("a.npz,b.npz", .pair(samples: "a.npz", labels: "b.npz")),
    ("d/f.npz", .wholeArchive(path: "d/f.npz")),
    ("d/f.npz:xtr,ytr", .archive(path: "d/f.npz", samples: "xtr", labels: "ytr")),
    ("t.csv:label=class", .table(path: "t.csv", label: "class")),
    ("t.csv:label=0", .table(path: "t.csv", label: "0")),
    ("odd:label=a.csv:label=b,c", .table(path: "odd:label=a.csv", label: "b,c")),
    ("t.csv:target=a,b", .regressionTable(path: "t.csv", targets: ["a", "b"])),
    ("x.npy", .samples(path: "x.npy")),
    ("mnist:train", .folder(path: "mnist", split: .train)),
    ("mnist:test", .folder(path: "mnist", split: .test)),
    ("mnist", .folder(path: "mnist", split: nil)),
    ("live:/run/x.sock", .live(socketPath: "/run/x.sock")),
  ]

  @Test(arguments: forms) func parse_reads(text: String, expected: DataSpecification) throws {
    #expect(try DataSpecification.parse(text) == expected)
  }

  @Test(arguments: ["", ",", "a,", ",b", "a,b,c", "f.npz:x", "f.npz:x,", "f.npz:x,y,z", "t.csv"])
  func parse_refuses(_ text: String) {
    #expect {
      try DataSpecification.parse(text)
    } throws: {
      ($0 as? DatasetError)?.kind == .ambiguous
    }
  }
}
