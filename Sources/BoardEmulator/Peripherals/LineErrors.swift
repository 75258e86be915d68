/// What a receiver complains about, counted.
package struct LineErrors: Hashable, Sendable, Codable {
  package var overruns = 0
  package var framing = 0
  package var noise = 0

  package init() {}

  mutating func count(_ flag: USARTChannel.Flags) {
    switch flag {
    case .overrun: overruns += 1
    case .framingError: framing += 1
    default: noise += 1
    }
  }
}
