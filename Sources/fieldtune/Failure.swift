import ArtifactManifest
import Compiler
import Coordinator
import Datasets
import DeviceLink
import FirmwareBuild
import Foundation
import GraphIR
import ModelExport
import ModelImport
import Profiling
import Telemetry
import Transport
import UpdatePlanning

/// One sentence, a stable code for programs, and an exit status.
struct Failure: Error {
  let status: ExitStatus
  let code: String
  let message: String

  init(_ status: ExitStatus, code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  /// What an error of the parts means to the user; `nil` for one of the argument parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as CoordinatorError: self.init(error)
    case let error as DeviceFailure: self.init(error)
    case let error as StoreError: self.init(error)
    case let error as ControlFailure: self.init(error)
    case let error as TransportError: self.init(.unavailable, code: "device-unavailable", error.description)
    case let error as DeviceLinkError: self.init(.unavailable, code: "device-unavailable", "\(error)")
    case let error as TraceError: self.init(error)
    case let error as DatasetError:
      self.init(error.kind == .unreadable ? .notFound : .badData, code: "data", error.description)
    case let error as FirmwareBuildError: self.init(error)
    case let error as ProfileError: self.init(.software, code: "build", error.description)
    case is CancellationError: self.init(.interrupted, code: "interrupted", "interrupted")
    default: self.init(compileTime: error)
    }
  }

  /// What ended a run that can be gone on with.
  init(_ error: any Error, resuming run: Int64) {
    let failure = Failure(error) ?? Failure(.software, code: "software", "\(error)")
    self.init(
      failure.status, code: failure.code,
      "\(failure.message); resume with the same command and --resume \(run)")
  }

  private init?(compileTime error: any Error) {
    switch error {
    case let error as ImportError: self.init(.badData, code: "model", error.description)
    case let error as UpdatePlanError: self.init(.badData, code: "plan", error.description)
    case let error as GraphError: self.init(.badData, code: "model", error.description)
    case let error as ArtifactError: self.init(.badData, code: "artifact", error.description)
    case let error as ExportError: self.init(.badData, code: "export", error.description)
    case let error as CompileError:
      self.init(
        error.reason == .doesNotFit ? .badData : .cannotCreate,
        code: error.reason == .doesNotFit ? "does-not-fit" : "cannot-create", error.description)
    default:
      guard (error as NSError).domain == NSCocoaErrorDomain || error is DecodingError else { return nil }
      self.init(.inputOutput, code: "input-output", (error as NSError).localizedDescription)
    }
  }

  private init(_ error: CoordinatorError) {
    switch error {
    case .unavailable: self.init(.unavailable, code: "device-unavailable", error.description)
    case .interrupted: self.init(.interrupted, code: "interrupted", error.description)
    case .suspended: self.init(.unavailable, code: "daemon", error.description)
    case .mismatch: self.init(.refused, code: "device-mismatch", error.description)
    case .selfTestFailed: self.init(.refused, code: "self-test", error.description)
    case .refused: self.init(.refused, code: "device-refused", error.description)
    case .digestDiffers: self.init(.refused, code: "digest", error.description)
    case .untrue: self.init(.refused, code: "device-untrue", error.description)
    case .resumeMismatch, .wrongState: self.init(.badData, code: "resume", error.description)
    case .unusablePlan: self.init(.badData, code: "plan", error.description)
    case .unusableData: self.init(.badData, code: "data", error.description)
    }
  }

  private init(_ error: DeviceFailure) {
    switch error {
    case .vanished(let reason): self.init(.unavailable, code: "device-unavailable", reason)
    case .refused(let reason): self.init(.refused, code: "device-refused", reason)
    }
  }

  private init(_ error: TraceError) {
    switch error {
    case .notACapture, .badPacket: self.init(.badData, code: "trace", error.description)
    case .cannotWrite: self.init(.cannotCreate, code: "trace", error.description)
    }
  }

  private init(_ error: ControlFailure) {
    switch error.kind {
    case .request: self.init(.usage, code: "request", error.message)
    case .busy: self.init(.unavailable, code: "busy", error.message)
    case .device: self.init(.unavailable, code: "device-unavailable", error.message)
    case .data: self.init(.badData, code: "data", error.message)
    case .store: self.init(.inputOutput, code: "store", error.message)
    case .daemon: self.init(.unavailable, code: "daemon", error.message)
    case .other: self.init(.software, code: "daemon", error.message)
    }
  }

  private init(_ error: StoreError) {
    switch error {
    case .cannotOpen: self.init(.cannotCreate, code: "store", error.description)
    case .full: self.init(.inputOutput, code: "disk-full", error.description)
    case .damaged, .failed: self.init(.inputOutput, code: "store", error.description)
    case .noSuchRun: self.init(.notFound, code: "no-such-run", error.description)
    }
  }

  private init(_ error: FirmwareBuildError) {
    switch error {
    case .noFirmwareFolder, .unknownBoard, .noFirmware, .noStandIn, .notEmulated:
      self.init(.notFound, code: "board", error.description)
    case .missingTool, .noEmulator, .noFlashTool: self.init(.unavailable, code: "missing-tool", error.description)
    case .unreadableFile, .badArtifact: self.init(.badData, code: "artifact", error.description)
    case .unwritableFile: self.init(.cannotCreate, code: "cannot-create", error.description)
    case .memoryOverflow, .stackTooSmall: self.init(.badData, code: "does-not-fit", error.description)
    case .notFlashable, .notRunnable, .unknownTool: self.init(.usage, code: "board", error.description)
    case .processFailed, .flashFailed: self.init(.unavailable, code: "tool-failed", error.description)
    case .compileFailed, .linkFailed, .stackUnbounded, .unreadableToolOutput:
      self.init(.software, code: "build", error.description)
    }
  }
}
