import Coordinator

extension RunDirector {
  /// The links of the runs under way and of the last that ended.
  func links() async -> [(run: Int64, view: LinkView)] {
    var links: [(run: Int64, view: LinkView)] = []
    for (id, entry) in entries.sorted(by: { $0.key < $1.key }) {
      if let view = await entry.link.view() { links.append((id, view)) }
    }
    return links
  }
}
