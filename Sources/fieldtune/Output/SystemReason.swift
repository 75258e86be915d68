import Foundation

/// Why the system did not do as it was asked, in its own words.
enum SystemReason {
  static func text(of error: any Error) -> String {
    let error = error as NSError
    for candidate in [error, error.userInfo[NSUnderlyingErrorKey] as? NSError] {
      guard let candidate, candidate.domain == NSPOSIXErrorDomain else { continue }
      return String(cString: strerror(Int32(candidate.code)))
    }
    return error.localizedDescription
  }
}
