/// How tensors stand one behind the other along an axis: `rows` times, a run of `runs[i]` elements of each input i.
package struct Concatenation: Hashable, Sendable {
  package let rows: Int
  package let runs: [Int]

  package init(shapes: [[Int]], axis: Int) {
    rows = shapes[0][..<axis].reduce(1, *)
    runs = shapes.map { $0[axis...].reduce(1, *) }
  }
}
