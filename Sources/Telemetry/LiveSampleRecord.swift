/// A sample that came in while its run was under way: a row of `liveSamples`.
package struct LiveSampleRecord: Hashable, Sendable, Codable {
  package var run: Int64
  /// The training step that takes it, from 0.
  package var sequence: Int
  /// 0 where the loss takes no class.
  package var label: Int
  /// int8, as bytes.
  package var codes: [UInt8]

  package init(run: Int64, sequence: Int, label: Int, codes: [UInt8]) {
    self.run = run
    self.sequence = sequence
    self.label = label
    self.codes = codes
  }
}

/// What became of the samples of a live run: a row of `liveCounts`.
package struct LiveCountsRecord: Hashable, Sendable, Codable {
  package var run: Int64
  /// In the store before their sender was told so.
  package var accepted: Int
  /// Given up because they came too fast; only where the user allowed it.
  package var dropped: Int
  /// Lines that are no sample.
  package var refused: Int

  package init(run: Int64, accepted: Int = 0, dropped: Int = 0, refused: Int = 0) {
    self.run = run
    self.accepted = accepted
    self.dropped = dropped
    self.refused = refused
  }
}
