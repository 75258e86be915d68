import ArtifactManifest
import Telemetry
import Transport

extension ControlFailure {
  /// What a client is told of an error of the coordinator's.
  package init(describing error: any Error) {
    switch error {
    case let error as ControlFailure: self = error
    case let error as CoordinatorError: self.init(Self.kind(of: error), error.description)
    case StoreError.noSuchRun: self.init(.request, "\(error)")
    case is StoreError: self.init(.store, "\(error)")
    case is DeviceFailure, is TransportError: self.init(.device, "\(error)")
    case is ArtifactError: self.init(.data, "\(error)")
    default: self.init(.other, "\(error)")
    }
  }

  private static func kind(of error: CoordinatorError) -> Kind {
    switch error {
    case .unavailable, .interrupted, .mismatch, .selfTestFailed, .refused, .digestDiffers, .untrue: .device
    case .suspended: .daemon
    case .resumeMismatch, .unusableData, .unusablePlan: .data
    case .wrongState: .request
    }
  }
}
