// Written by schema-generator from Protocol/schema.json. Edit that instead.
// swift-format-ignore-file

extension Wire {
  /// Highest and lowest protocol version spoken here.
  package static let version: UInt8 = 1
  package static let minimumVersion: UInt8 = 1
  /// FNV-1a (64 bit) over every name, type and number of the schema.
  package static let schemaHash: UInt64 = 0xFD45EFB579F00AAE
  /// The bytes 'F' 'T' 'U' 'N': the first field of both hellos.
  package static let magic: UInt32 = 1314214982
  /// Bytes of a frame's header.
  package static let headerBytes: Int = 8
  /// CRC-32C over header and body, least significant byte first.
  package static let checksumBytes: Int = 4
  /// Largest body of a frame.
  package static let maximumBodyBytes: Int = 640
  /// Smallest body a sender cuts a message into, the last one aside.
  package static let minimumFragmentBytes: Int = 16
  /// Largest message of any channel, after reassembly.
  package static let maximumMessageBytes: Int = 65600
  /// Largest message from host to device on every channel but samples and bulk.
  package static let maximumControlBytes: Int = 128
  /// Most DATA frames sent and not yet acknowledged; the width of the selective acknowledgement.
  package static let windowFrames: Int = 64
  /// The host repeats its hello at this interval until it is answered.
  package static let helloIntervalMilliseconds: Int = 200
  /// A device that hears frames of another connection than its own says its hello, at most this
  /// often.
  package static let unaskedHelloMilliseconds: Int = 100
  /// A host that hears nothing for this long gives the connection up and opens another.
  package static let hostSilenceMilliseconds: Int = 10000
  /// A device that hears nothing for this long forgets the connection and falls silent.
  package static let deviceSilenceMilliseconds: Int = 10000
  /// A host that hears nothing for this long sends a PING, and after twice as long its hello.
  package static let keepaliveMilliseconds: Int = 250
  /// A device that was set to another line speed goes back unless SPEED_COMMIT comes within this
  /// time.
  package static let speedTestMilliseconds: Int = 1000
  /// A device at another line speed than after a reset goes back to that when it hears nothing for
  /// this long.
  package static let speedSilenceMilliseconds: Int = 2000
}
