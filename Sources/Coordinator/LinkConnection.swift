import DeviceLink
import Synchronization
import Telemetry
import Transport
import WireProtocol

/// A device behind a `DeviceLink`.
package final class LinkConnection: DeviceConnection {
  package let info: Wire.DeviceInfo
  package let link: DeviceLink
  private let answers = Mutex<AsyncThrowingStream<SampleAnswer, any Error>?>(nil)

  private init(link: DeviceLink, info: Wire.DeviceInfo) {
    self.link = link
    self.info = info
  }

  /// Says hello over an open transport.
  package static func open(
    _ transport: any ByteTransport, policy: RetryPolicy = RetryPolicy(), speed: SpeedPlan? = nil,
    trace: LinkTrace? = nil
  ) async throws(DeviceFailure) -> LinkConnection {
    let link = DeviceLink(transport: transport, policy: policy, speed: speed, trace: trace)
    do throws(DeviceLinkError) {
      return LinkConnection(link: link, info: try await link.connect().info)
    } catch {
      throw DeviceFailure(error)
    }
  }

  package func beginRun(_ request: Wire.RunBegin) async throws(DeviceFailure) -> Wire.RunReport {
    do throws(DeviceLinkError) {
      let run = try await link.beginRun(
        request.run, seed: request.seed, firstIndex: request.firstIndex,
        resetsWeights: request.flags & Wire.RunBegin.resetsState != 0)
      answers.withLock { $0 = run.answers }
      return run.report
    } catch {
      throw DeviceFailure(error)
    }
  }

  package func endRun() async throws(DeviceFailure) -> Wire.RunReport {
    do throws(DeviceLinkError) { return try await link.endRun() } catch { throw DeviceFailure(error) }
  }

  package func digest() async throws(DeviceFailure) -> Wire.DigestReport {
    do throws(DeviceLinkError) { return try await link.digest() } catch { throw DeviceFailure(error) }
  }

  package func send(_ sample: DeviceSample) async throws(DeviceFailure) {
    do throws(DeviceLinkError) { try await link.submit(sample) } catch { throw DeviceFailure(error) }
  }

  package func nextAnswer() async throws(DeviceFailure) -> Wire.Step {
    guard let answers = answers.withLock({ $0 }) else { throw .refused(reason: "no run is open") }
    let answer: SampleAnswer?
    do {
      // Iterators of one stream share its buffer.
      var iterator = answers.makeAsyncIterator()
      answer = try await iterator.next()
    } catch let error as DeviceLinkError {
      throw DeviceFailure(error)
    } catch {
      throw .vanished(reason: "\(error)")
    }
    guard case .step(let step) = answer else { throw .vanished(reason: "it ended the run") }
    return step
  }

  package func read(_ reading: inout StateReading) async throws(DeviceFailure) {
    do throws(DeviceLinkError) { try await link.read(&reading) } catch { throw DeviceFailure(error) }
  }

  package func write(_ writing: inout StateWriting) async throws(DeviceFailure) {
    do throws(DeviceLinkError) { try await link.write(&writing) } catch { throw DeviceFailure(error) }
  }

  package func keepState() async throws(DeviceFailure) -> Wire.StateKept {
    do throws(DeviceLinkError) { return try await link.keepState() } catch { throw DeviceFailure(error) }
  }

  package var events: AsyncStream<DeviceEvent> { link.events }

  package func close() async { await link.close() }
}

extension DeviceFailure {
  /// A new connection may help against what `vanished` covers.
  init(_ error: DeviceLinkError) {
    switch error {
    case .gone, .portFailed, .noAnswer, .stateLost, .unanswered:
      self = .vanished(reason: error.description)
    case .refused, .otherSchema, .otherArtifact, .rejected, .badSample, .otherSegments, .unexpected, .noRun:
      self = .refused(reason: error.description)
    }
  }
}
