import WireProtocol

/// Runs and samples.
extension DeviceLink {
  /// Opens a run, or takes up the one of this number that is open on the device.
  ///
  /// Another run that is still open on the device is ended first: its host is gone, or it would not
  /// have let go of the port.
  ///
  /// - Parameters:
  ///   - run: not 0.
  ///   - firstIndex: index of the first sample to come, unless the run is open already.
  ///   - resetsWeights: puts the initial weights back first, with `seed`, unless the run is open.
  package func beginRun(
    _ run: UInt64, seed: UInt32, firstIndex: UInt32 = 0, resetsWeights: Bool
  ) async throws(DeviceLinkError) -> DeviceRun {
    precondition(run != 0, "run 0")
    if let open = conversation.runOnDevice, open != run { try await endRun(open) }
    let begin = Wire.RunBegin(
      run: run, seed: seed, firstIndex: firstIndex, flags: resetsWeights ? Wire.RunBegin.resetFlag : 0)
    let answers = waiters.openAnswers()
    let report = try await runReport(.runBegin(begin))
    return DeviceRun(report: report, answers: answers)
  }

  /// Hands a sample to the link as soon as the window has room, which is the back-pressure. The
  /// answer comes by the run's `answers`. An index that was applied already is answered again.
  ///
  /// - Throws: `.badSample` for what no device of this model takes (nothing is sent then), `.noRun`,
  ///   and whatever ended the run or the link.
  package func submit(_ sample: DeviceSample) async throws(DeviceLinkError) {
    while conversation.mustWait { await sleep() }
    try send(sample)
    service()
  }

  /// Closes the open run after the samples submitted before; then its `answers` end.
  @discardableResult
  package func endRun() async throws(DeviceLinkError) -> Wire.RunReport {
    guard let run = conversation.run else { throw conversation.runError ?? .noRun(name: name) }
    return try await endRun(run)
  }

  @discardableResult
  private func endRun(_ run: UInt64) async throws(DeviceLinkError) -> Wire.RunReport {
    try await runReport(.runEnd(.init(run: run)))
  }

  /// Puts the initial weights back; no run may be open.
  @discardableResult
  package func resetState(seed: UInt32) async throws(DeviceLinkError) -> Wire.RunReport {
    try await runReport(.resetState(.init(seed: seed)))
  }

  private func runReport(_ request: Wire.Message) async throws(DeviceLinkError) -> Wire.RunReport {
    guard case .runReport(let report) = try await call(request) else {
      throw .unexpected(name: name, what: "\(request.kind) was answered by something else")
    }
    return report
  }
}

extension Wire.RunBegin {
  /// Bit 0 of `flags`: put the initial weights back first.
  fileprivate static let resetFlag: UInt8 = 1
}
