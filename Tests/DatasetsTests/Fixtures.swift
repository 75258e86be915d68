import Foundation

/// Small valid files of every format: three samples of shape (2, 2) with the values 0 to 11, and
/// the labels 0, 2, 1. Compressed ones were made with Python's gzip and zipfile modules, the
/// archives with the ZIP64 local headers that numpy.savez writes.
enum Fixtures {
  static let samplesIDX: [UInt8] = [0, 0, 8, 3] + [0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + Array(0..<12)
  static let labelsIDX: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 0, 2, 1]

  static let samplesIDXGzip = bytes(
    "H4sIAAAAAAACA2Ng4GBmYGAAYSYwZmRiZmFlY+fg5OIGAGNEb8YcAAAA")

  static let archiveDeflated = bytes(
    "UEsDBC0AAAAIAAAAIQCaCbEc//////////8FABQAeC5ucHkBABAAjAAAAAAAAABUAAAAAAAAAJvsF+obEMnIUMZQrZ"
      + "6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkZApKmjUKtAHuBiYGRiZmFlY+fg"
      + "5OIGAFBLAwQtAAAACAAAACEA5vNVTf//////////BQAUAHkubnB5AQAQAJgAAAAAAAAATAAAAAAAAACb7BfqGxDJyF"
      + "DGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBihggtKMUBoA"
      + "UEsBAi0DLQAAAAgAAAAhAJoJsRxUAAAAjAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAgAAAAhAO"
      + "bzVU1MAAAAmAAAAAUAAAAAAAAAAAAAAIABiwAAAHkubnB5UEsFBgAAAAACAAIAZgAAAA4BAAAAAA==")

  static let archiveStored = bytes(
    "UEsDBC0AAAAAAAAAIQCaCbEc//////////8FABQAeC5ucHkBABAAjAAAAAAAAACMAAAAAAAAAJNOVU1QWQEAdgB7J2"
      + "Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCAyLCAyKSwgfSAgICAgICAg"
      + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECAwQFBgcICQoLUEsDBC0AAA"
      + "AAAAAAIQDm81VN//////////8FABQAeS5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog"
      + "JzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgIC"
      + "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAACAAAAAAAAAAEAAAAAAAAAUEsB"
      + "Ai0DLQAAAAAAAAAhAJoJsRyMAAAAjAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAAAAAAhAObzVU"
      + "2YAAAAmAAAAAUAAAAAAAAAAAAAAIABwwAAAHkubnB5UEsFBgAAAAACAAIAZgAAAJIBAAAAAA==")

  /// An NPY file with the given dictionary and data.
  static func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let count = header.utf8.count
    let length = version == 1 ? [count & 0xff, count >> 8] : [count & 0xff, count >> 8, 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length.map(UInt8.init) + header.utf8 + data
  }

  static let samplesNPY = npy(
    "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }\n", Array(0..<12))
  static let labelsNPY = npy(
    "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }\n",
    [0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0])

  static let table = "a,b,class,c,d\n0,1,0,2,3\n4,5,2,6,7\r\n8,\"9\",1, 10 ,11\n"

  private static func bytes(_ base64: String) -> [UInt8] {
    guard let data = Data(base64Encoded: base64) else { preconditionFailure("no base64") }
    return [UInt8](data)
  }
}
