import Datasets
import Foundation
import Testing

/// Real data sets beside the project: the folder that FIELDTUNE_SHARED names, or `../shared`.
private let shared =
  ProcessInfo.processInfo.environment["FIELDTUNE_SHARED"]
  ?? FileManager.default.currentDirectoryPath + "/../shared"
private let isSharedPresent = FileManager.default.fileExists(atPath: shared + "/datasets")

@Suite(
  .enabled(
    if: isSharedPresent, "no real data sets: set FIELDTUNE_SHARED to a folder with datasets/"))
struct SharedDataTests {
  static let rows: [(text: String, count: Int, shape: [Int], type: Dataset.ElementType, classes: Int)] = [
    ("mnist:train", 60_000, [28, 28], .unsigned, 10),
    ("mnist:test", 10_000, [28, 28], .unsigned, 10),
    ("fashion_mnist:train", 20_000, [28, 28], .unsigned, 10),
    ("fashion_mnist:test", 10_000, [28, 28], .unsigned, 10),
    ("kmnist:test", 10_000, [28, 28], .unsigned, 10),
    ("speech_commands_test", 4890, [49, 10, 1], .signed, 12),
    ("fsdd/mfcc_int8_4speakers.npz", 2000, [49, 10, 1], .signed, 10),
    ("fsdd/mfcc_int8_4speakers.npz:x,y", 2000, [49, 10, 1], .signed, 10),
    ("gtsrb32/gtsrb32_860train_2000test.npz:xtr,ytr", 860, [32, 32, 3], .unsigned, 43),
    ("gtsrb32:train", 860, [32, 32, 3], .unsigned, 43),
    ("gtsrb32:test", 2000, [32, 32, 3], .unsigned, 43),
    ("ucr/ECG5000_TRAIN.tsv.gz:label=0", 500, [140], .real, 6),
    ("ucr/ItalyPowerDemand_TEST.tsv.gz:label=0", 1029, [24], .real, 3),
  ]

  @Test(arguments: rows) func dataset_isRead(
    row: (text: String, count: Int, shape: [Int], type: Dataset.ElementType, classes: Int)
  ) throws {
    let data = try DataSpecification.parse("\(shared)/datasets/\(row.text)").load()
    #expect(data.count == row.count)
    #expect(data.sampleShape == row.shape)
    #expect(data.elementType == row.type)
    try data.validate(classCount: row.classes)
    #expect(throws: DatasetError.self) { try data.validate(classCount: row.classes - 1) }
  }

  /// Several arrays, none of them a clear pair.
  @Test(arguments: [
    "gtsrb32", "gtsrb32/gtsrb32_860train_2000test.npz", "mnist", "cwru", "flowers96",
  ])
  func unclearData_isRefused(_ text: String) throws {
    #expect {
      try DataSpecification.parse("\(shared)/datasets/\(text)").load()
    } throws: {
      ($0 as? DatasetError)?.kind == .ambiguous
    }
  }
}
