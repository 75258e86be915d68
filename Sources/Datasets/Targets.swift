/// What a data set says of its samples.
package enum Targets: Sendable {
  /// Nothing: for inference and autoencoders.
  case nothing(count: Int)
  /// The class of each sample.
  case classes([Int])
  /// `width` numbers for each sample: a distribution, or what a regression is to give.
  case rows([Float], width: Int)

  package var count: Int {
    switch self {
    case .nothing(let count): count
    case .classes(let classes): classes.count
    case .rows(let values, let width): values.count / width
    }
  }
}
