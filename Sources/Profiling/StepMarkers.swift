/// Where a training step begins and ends in a firmware, and which code was generated for it.
package struct StepMarkers: Hashable, Sendable {
  /// First instruction of `train`.
  package let start: Int
  /// The one that returns from it.
  package let stop: Int
  /// The generated functions.
  package let sites: [Range<Int>]

  package init(start: Int, stop: Int, sites: [Range<Int>]) {
    self.start = start
    self.stop = stop
    self.sites = sites
  }

  package init(_ code: Disassembly) throws(ProfileError) {
    guard let train = code.function(named: "train") else { throw .noFunction(name: "train") }
    let returns = code.instructions.values.filter { train.addresses.contains($0.address) && $0.isReturn }
    guard let only = returns.first, returns.count == 1 else { throw .returns(name: "train", count: returns.count) }
    start = train.addresses.lowerBound
    stop = only.address
    sites = code.functions.filter { $0.file == StepSource.fileName }.map(\.addresses)
  }
}

extension Instruction {
  /// POP with the program counter in its list, or BX LR.
  fileprivate var isReturn: Bool {
    switch kind {
    case .loadPC, .loadMultiple(_, loadsPC: true): true
    case .branch(.indirect): mnemonic.hasPrefix("bx") && reads.contains(RegisterSet(named: "lr"))
    default: false
    }
  }
}
