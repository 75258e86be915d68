// Written by schema-generator from Protocol/schema.json. Edit that instead.
// swift-format-ignore-file

extension Wire {
  /// One segment of the training state, in digest order.
  package struct SegmentInfo: Equatable, Sendable {
    /// Which part.
    package var kind: Wire.SegmentKind
    /// Its size.
    package var byteCount: UInt32

    package init(
      kind: Wire.SegmentKind,
      byteCount: UInt32
    ) {
      self.kind = kind
      self.byteCount = byteCount
    }
  }
}

extension Wire.SegmentInfo: WireRecord {
  package func write(to writer: inout WireWriter) {
    writer.write(kind.rawValue)
    writer.write(byteCount)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    kind = try reader.enumeration("segmentInfo.kind")
    byteCount = try reader.integer("segmentInfo.byteCount")
  }
}

extension Wire {
  /// One line speed the device can be set to.
  package struct BaudRate: Equatable, Sendable {
    /// Baud.
    package var bitsPerSecond: UInt32

    package init(
      bitsPerSecond: UInt32
    ) {
      self.bitsPerSecond = bitsPerSecond
    }
  }
}

extension Wire.BaudRate: WireRecord {
  package func write(to writer: inout WireWriter) {
    writer.write(bitsPerSecond)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    bitsPerSecond = try reader.integer("baudRate.bitsPerSecond")
  }
}

extension Wire {
  /// One line of the device's memory map.
  package struct MemoryRegion: Equatable, Sendable {
    /// As in the linker script.
    package var name: String
    /// Its size.
    package var byteCount: UInt32
    /// What the compiler planned to use.
    package var plannedBytes: UInt32
    /// Most that was ever used, as far as it is measured; 0 when it is not.
    package var highWaterBytes: UInt32

    package init(
      name: String,
      byteCount: UInt32,
      plannedBytes: UInt32,
      highWaterBytes: UInt32
    ) {
      self.name = name
      self.byteCount = byteCount
      self.plannedBytes = plannedBytes
      self.highWaterBytes = highWaterBytes
    }
  }
}

extension Wire.MemoryRegion: WireRecord {
  package func write(to writer: inout WireWriter) {
    writer.write(text: name, maximum: 15)
    writer.write(byteCount)
    writer.write(plannedBytes)
    writer.write(highWaterBytes)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    name = try reader.text("memoryRegion.name", maximum: 15)
    byteCount = try reader.integer("memoryRegion.byteCount")
    plannedBytes = try reader.integer("memoryRegion.plannedBytes")
    highWaterBytes = try reader.integer("memoryRegion.highWaterBytes")
  }
}
