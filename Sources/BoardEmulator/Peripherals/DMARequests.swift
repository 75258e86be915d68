/// What peripherals ask the DMA controllers for.
package enum DMARequest: Int, CaseIterable, Sendable {
  case usart1Receive, usart1Transmit, usart3Receive, usart3Transmit
}

/// The request lines between the peripherals and the DMA controllers.
final class DMARequests {
  private var levels = Array(repeating: false, count: DMARequest.allCases.count)
  /// Serves a line that is high.
  var serve: (DMARequest) -> Void = { _ in }

  func isHigh(_ request: DMARequest) -> Bool { levels[request.rawValue] }

  func set(_ request: DMARequest, _ level: Bool) {
    levels[request.rawValue] = level
    if level { serve(request) }
  }
}

/// Which stream and channel serve a request. The same on both chips (RM0385, 8.3.3 and RM0090, 10.3.3: DMA1 and DMA2
/// request mapping), as far as USART1 and USART3 go.
struct DMARequestMapping {
  let request: DMARequest
  let controller: Int
  let stream: Int
  let channel: UInt32

  static let all = [
    DMARequestMapping(request: .usart1Receive, controller: 2, stream: 2, channel: 4),
    DMARequestMapping(request: .usart1Receive, controller: 2, stream: 5, channel: 4),
    DMARequestMapping(request: .usart1Transmit, controller: 2, stream: 7, channel: 4),
    DMARequestMapping(request: .usart3Receive, controller: 1, stream: 1, channel: 4),
    DMARequestMapping(request: .usart3Transmit, controller: 1, stream: 3, channel: 4),
    DMARequestMapping(request: .usart3Transmit, controller: 1, stream: 4, channel: 7),
  ]

  static func request(controller: Int, stream: Int, channel: UInt32) -> DMARequest? {
    all.first { $0.controller == controller && $0.stream == stream && $0.channel == channel }?.request
  }
}
