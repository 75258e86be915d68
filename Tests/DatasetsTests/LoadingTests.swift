import Datasets
import Foundation
import Testing

@Suite struct LoadingTests {
  static let files: [String: [UInt8]] = [
    "x.idx": Fixtures.samplesIDX, "y.idx": Fixtures.labelsIDX, "x.idx.gz": Fixtures.samplesIDXGzip,
    "x.npy": Fixtures.samplesNPY, "y.npy": Fixtures.labelsNPY, "d.npz": Fixtures.archiveDeflated,
    "s.npz": Fixtures.archiveStored, "t.csv": Array(Fixtures.table.utf8),
  ]

  static let specifications = [
    "@/x.idx,@/y.idx", "@/x.idx.gz,@/y.idx", "@/x.npy,@/y.npy", "@/x.idx,@/y.npy", "@/d.npz",
    "@/s.npz", "@/d.npz:x,y", "@/t.csv:label=class", "@/t.csv:label=2",
  ]

  @Test(arguments: specifications) func everyFormat_givesTheSameSamples(_ text: String) throws {
    let data = try Folder(Self.files).load(text)
    #expect(data.count == 3)
    #expect((0..<3).map(data.label) == [0, 2, 1])
    #expect(data.sampleShape == (text.contains("csv") ? [4] : [2, 2]))
    for index in 0..<3 {
      let expected = (4 * index)..<(4 * index + 4)
      switch data.values(at: index) {
      case .unsigned(let values): #expect(values.elementsEqual(expected.map(UInt8.init)))
      case .real(let values): #expect(values.elementsEqual(expected.map(Float.init)))
      case .signed: Issue.record("signed values")
      }
    }
  }

  /// Every truncation of every file is refused, and with a sentence that names the file.
  @Test(arguments: specifications) func everyTruncation_isRefused(_ text: String) throws {
    let folder = try Folder(Self.files)
    let parts = text.split(separator: ",").map { String($0.split(separator: ":")[0]) }
    for part in parts where part.hasPrefix("@/") {
      let name = String(part.dropFirst(2))
      let whole = try #require(Self.files[name])
      // The last line of a table may lack its end.
      for count in 0..<(name == "t.csv" ? 20 : whole.count) {
        try folder.write(Array(whole.prefix(count)), as: name)
        let sentence = try #require(try folder.sentence(text), "\(count) bytes of \(name)")
        #expect(sentence.contains("@"))
      }
      try folder.write(whole, as: name)
    }
  }

  /// Whatever one changed byte does, it does not crash.
  @Test(arguments: specifications) func everyChangedByte_isSurvived(_ text: String) throws {
    let folder = try Folder(Self.files)
    let name = String(text.split { ",:".contains($0) }[0].dropFirst(2))
    let whole = try #require(Self.files[name])
    for index in whole.indices {
      for mask: UInt8 in [0x01, 0xff] {
        var damaged = whole
        damaged[index] ^= mask
        try folder.write(damaged, as: name)
        _ = try folder.sentence(text)
      }
    }
  }

  static let elementTypes: [(String, [UInt8], [Float])] = [
    ("|u1", [0, 255], [0, 255]), ("|i1", [0x80, 1], [-128, 1]), ("|b1", [0, 1], [0, 1]),
    ("<i2", [0xfe, 0xff, 1, 0], [-2, 1]), ("<i4", [0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0], [-2, 1]),
    (
      "<i8", [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0], [-2, 1]
    ), ("<f4", [0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf], [1, -0.5]),
    (">f4", [0x3f, 0x80, 0, 0, 0xbf, 0, 0, 0], [1, -0.5]),
    ("<f8", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0xe0, 0xbf], [1, -0.5]),
  ]

  @Test(arguments: elementTypes, [1, 2, 3] as [UInt8])
  func npy_readsEveryTypeAndVersion(row: (String, [UInt8], [Float]), version: UInt8) throws {
    let header = "{'descr': '\(row.0)', 'fortran_order': False, 'shape': (1, 2), }"
    let labels = Fixtures.npy("{'descr':'|u1','fortran_order':False,'shape':(1,)}", [7])
    let folder = try Folder(["x": Fixtures.npy(header, row.1, version: version), "y": labels])
    let values = try folder.load("@/x,@/y").values(at: 0)
    switch values {
    case .unsigned(let values): #expect(values.map(Float.init) == row.2)
    case .signed(let values): #expect(values.map(Float.init) == row.2)
    case .real(let values): #expect(Array(values) == row.2)
    }
  }

  static let malformed: [(file: String, content: String, sentence: String)] = [
    (
      "t.csv", "a,b\n1,2\n3\n",
      "@/t.csv: line 3: found 1 columns, expected 2 as in the first row"
    ),
    (
      "t.csv", "a,b\n1,cat\n",
      "@/t.csv: line 2, column 1: found label 'cat', expected an integer, counted from 0"
    ),
    (
      "t.csv", "a,b\nx,1\n", "@/t.csv: line 2, column 0: found 'x', expected a finite number"
    ),
    (
      "t.csv", "a,b\nnan,1\n", "@/t.csv: line 2, column 0: found 'nan', expected a finite number"
    ),
    (
      "t.csv", "a,c\n1,2\n",
      "@/t.csv: found no column 'b', expected label= with one name of the header (a, c) or an "
        + "index from 0 to 1"
    ),
    (
      "t.csv", "a,b\n\"1,2\n",
      "@/t.csv: line 3: found the end of the file in a quoted field, expected a closing quote"
    ), ("t.csv", "", "@/t.csv: found no rows, expected at least one"),
    ("t.csv", "a,b\n", "@/t.csv: found 0 samples of shape [1], expected at least one value"),
  ]

  @Test(arguments: malformed) func table_isRefusedInOneSentence(
    file: String, content: String, sentence: String
  ) throws {
    let folder = try Folder([file: Array(content.utf8)])
    #expect(try folder.sentence("@/\(file):label=b") == sentence)
  }

  static let headers: [(header: String, sentence: String)] = [
    (
      "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }",
      "@/x: found Fortran order, expected C order: save it again with numpy.ascontiguousarray"
    ),
    (
      "{'descr': '<U8', 'fortran_order': False, 'shape': (3, ), }",
      "@/x: found elements of type '<U8', expected numbers: u1, i1, i2, i4, i8, f4 or f8 "
        + "(convert it with numpy's astype)"
    ),
    (
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, ), }",
      "@/x: found records of several fields, expected plain numbers"
    ),
    (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 9), }",
      "@/x: shape: found [9223372036854775807, 9], expected a size that fits in memory"
    ),
    (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3, -4), }",
      "@/x: NPY header: found '-4), }', expected a dimension"
    ),
    (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 5), }",
      "@/x: elements of shape [3, 5]: found 12 bytes before the end, expected 15: the file is cut "
        + "short"
    ),
    (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 3), }",
      "@/x: elements of shape [3, 3]: found 3 bytes after them, expected the end of the file"
    ),
    (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 6), }",
      "@/x: found 3 labels for 2 samples, expected one label for each sample"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
      "@/x: elements of shape []: found 8 bytes after them, expected the end of the file"
    ),
    (
      "{'descr': '|u1', 'shape': (3, 4), }",
      "@/x: NPY header: found '', expected one dictionary with descr, fortran_order and shape"
    ),
  ]

  @Test(arguments: headers) func npy_isRefusedInOneSentence(
    header: String, sentence: String
  ) throws {
    let folder = try Folder(["x": Fixtures.npy(header, Array(0..<12)), "y": Fixtures.labelsNPY])
    #expect(try folder.sentence("@/x,@/y") == sentence)
  }

  static let folders: [(names: [String], text: String, isLoaded: Bool)] = [
    (["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], "@", true),
    (["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], "@:train", true),
    (["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], "@:test", false),
    (["train20k-images-idx3-ubyte", "train20k-labels-idx1-ubyte", "README.md"], "@:train", true),
    (["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"], "@:test", true),
    (["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "train-images-idx3-ubyte"], "@", false),
    (["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"], "@:train", true),
    (["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"], "@", false),
    (["all.npz"], "@", true), (["all.npz"], "@:train", false), (["test.npz"], "@:test", true),
    (["a.npz", "b.npz"], "@", false), ([], "@", false),
  ]

  @Test(arguments: folders) func folder_isLoadedWhenItsSplitIsClear(
    names: [String], text: String, isLoaded: Bool
  ) throws {
    let files = names.map { name in
      let content =
        name.hasSuffix(".npz")
        ? Fixtures.archiveDeflated
        : name.contains("label") || name.contains("y_") ? Fixtures.labelsIDX : Fixtures.samplesIDX
      return (name, content)
    }
    let folder = try Folder(Dictionary(uniqueKeysWithValues: files))
    #expect(try (folder.sentence(text) == nil) == isLoaded)
  }

  @Test func numbers_areTargets() throws {
    let folder = try Folder([
      "x.npy": Fixtures.npy("{'descr':'|u1','fortran_order':False,'shape':(2, 1)}", [7, 8]),
      "y.npy": Fixtures.npy("{'descr':'|u1','fortran_order':False,'shape':(2, 3)}", [1, 2, 1, 0, 0, 9]),
      "t.csv": Array("a,b,c\n1,2.5,3\n4,5,6\n".utf8),
    ])
    let rows = try DataSpecification.parse("\(folder.path)/x.npy,\(folder.path)/y.npy").load()
    #expect(rows.target(at: 0) == [1, 2, 1] && rows.target(at: 1) == [0, 0, 9])
    try rows.validate(targetCount: 3)
    #expect(throws: DatasetError.self) { try rows.validate(targetCount: 2) }
    #expect(throws: DatasetError.self) { try rows.validate(classCount: 10) }
    let table = try DataSpecification.parse("\(folder.path)/t.csv:target=b,a").load()
    #expect(table.target(at: 0) == [2.5, 1] && table.values(at: 1) == .real([6]))
    let alone = try DataSpecification.parse("\(folder.path)/x.npy").load()
    #expect(alone.count == 2 && alone.target(at: 0) == [])
  }

  @Test(arguments: [
    ([1, 1, 2] as [Float], [4096, 4096, 8192] as [Int16]), ([0, 0.2, 0], [0, 16384, 0]), ([1, 1, 1], [5462, 5461, 5461]),
  ])
  func distribution_addsUpExactly(_ weights: [Float], _ expected: [Int16]) throws {
    #expect(try TargetEncoder.distribution(weights, place: "d") == expected)
  }

  @Test func distribution_refusesWhatIsNone() {
    for weights in [[0, 0], [-1, 2], [.nan, 1]] as [[Float]] {
      #expect(throws: DatasetError.self) { try TargetEncoder.distribution(weights, place: "d") }
    }
  }

  @Test func codes_keepEightFractionBitsAndClamp() {
    #expect(TargetEncoder.codes([0, 0.5, 1000, -1000], scale: 0.5, zeroPoint: 3) == [768, 1024, 32767, -32768])
  }

  @Test func missingFile_isNamed() throws {
    let folder = try Folder([:])
    #expect(
      try folder.sentence("@/a,@/b")
        == "@/a: found no such file or folder, expected a readable file or folder")
  }

  @Test func validation_namesTheFirstSampleThatDoesNotFit() throws {
    let data = try Dataset(
      name: "d", sampleShape: [2], unsigned: [1, 2, 3, 4], targets: .classes([1, 3]))
    try data.validate(classCount: 4)
    try data.validate(inputBytes: 2)
    #expect(
      #expect(throws: DatasetError.self) { try data.validate(classCount: 3) }?.description
        == "d: sample 1: found label 3, expected 0 to 2: the model tells 3 classes apart")
    #expect(
      #expect(throws: DatasetError.self) { try data.validate(inputBytes: 784) }?.description
        == "d: found samples of shape [2] (2 values), expected 784 values, the size of the "
        + "model's input")
  }
}
