/// The kernels of the anchors page at its shapes, and a few more.
extension KernelCase {
  static let all = pointwise + convolutions + depthwise + dense + elementwise

  private static let pointwise = [
    conv(1, [24, 24, 32], 64, .frozen, forward: (1.40, "CMSIS-NN 2.69, TTE 2.22"), dX: (1.5, "TTE float 3.59")),
    conv(1, [24, 24, 64], 64, .frozen, forward: (1.18, "CMSIS-NN 2.06, TTE 2.22"), dX: (1.5, "TTE float 3.59")),
    conv(1, [24, 24, 8], 32, .frozen, forward: (2.7, ""), dX: (nil, "")),
    conv(1, [4, 4, 96], 384, .frozen, forward: (nil, "TTE 2.22"), dX: (1.5, "TTE float 3.59")),
    conv(1, [4, 4, 384], 96, .frozen, forward: (nil, "TTE 2.22"), dX: (1.5, "TTE float 3.59")),
    conv(
      1, [24, 24, 32], 64, .trained, forward: (1.40, "CMSIS-NN 2.69"), dX: (1.5, "TTE float 3.59"),
      dW: (2.0, "TTE float 4.19")),
    conv(
      1, [24, 24, 64], 64, .trained, forward: (1.18, "CMSIS-NN 2.06"), dX: (1.5, "TTE float 3.59"),
      dW: (2.0, "TTE float 4.19")),
    conv(1, [4, 4, 96], 384, .trained, forward: (nil, ""), dX: (1.5, "TTE float 3.59"), dW: (2.0, "TTE float 4.19")),
  ]

  private static let convolutions = [
    conv(3, [14, 14, 8], 16, .frozen, forward: (1.6, "CMSIS-NN 2.88")),
    conv(3, [24, 24, 16], 32, .frozen, forward: (1.6, "CMSIS-NN 2.14")),
    conv(3, [48, 48, 3], 16, stride: 2, .frozen, forward: (1.6, "TTE 1.98")),
    conv(3, [14, 14, 8], 16, .trained, forward: (1.6, "CMSIS-NN 2.88")),
    conv(3, [24, 24, 16], 32, .trained, forward: (1.6, "CMSIS-NN 2.14")),
  ]

  private static let depthwise = [
    depthwise(3, [24, 24, 64], .frozen, forward: (3.6, "CMSIS-NN 8.04, TTE 6.86"), dX: (3.5, "TTE float 3.59")),
    depthwise(5, [24, 24, 64], .frozen, forward: (3.0, "TTE 5.16"), dX: (3.0, "TTE float 3.01")),
    depthwise(7, [24, 24, 64], .frozen, forward: (2.5, "TTE 3.96")),
    depthwise(3, [24, 24, 64], stride: 2, .frozen, forward: (nil, "")),
    depthwise(5, [24, 24, 64], stride: 2, .frozen, forward: (nil, "")),
    depthwise(7, [24, 24, 64], stride: 2, .frozen, forward: (nil, ""), dX: (5, "TTE float 9.54")),
    depthwise(3, [4, 4, 384], .frozen, forward: (3.6, "TTE 6.86"), dX: (3.5, "TTE float 3.59")),
    depthwise(5, [4, 4, 384], .frozen, forward: (3.0, "TTE 5.16"), dX: (3.0, "TTE float 3.01")),
    depthwise(7, [4, 4, 384], .frozen, forward: (2.5, "TTE 3.96")),
    depthwise(3, [24, 24, 64], .trained, forward: (3.6, "CMSIS-NN 8.04"), dX: (3.5, "TTE float 3.59")),
    depthwise(5, [24, 24, 64], .trained, forward: (3.0, "TTE 5.16"), dX: (3.0, "TTE float 3.01")),
    depthwise(7, [24, 24, 64], stride: 2, .trained, forward: (nil, ""), dX: (5, "TTE float 9.54")),
    depthwise(3, [4, 4, 384], .trained, forward: (3.6, "TTE 6.86"), dX: (3.5, "TTE float 3.59")),
  ]

  private static let dense = [Plane.frozen, .trained].map { plane in
    KernelCase(
      name: "dense 784→128, \(plane.rawValue)", input: [28, 28, 1], plane: plane,
      layer: { $0.dense("k", $1, outputs: 128) },
      measures: layer(plane, forward: (1.25, "CMSIS-NN 1.94"), dX: (nil, ""), dW: (nil, "")))
  }

  private static let elementwise = [
    KernelCase(
      name: "residual add 24×24×64", input: [24, 24, 64],
      layer: { network, x in network.add("k", network.depthwise("side", x, kernel: 1, relu: false), x) },
      measures: [
        Measure(operation: "k", title: "forward", bar: 12, peers: "TTE 75 to 83"),
        Measure(operation: "stem/sum0", title: "sum of errors"),
      ]),
    KernelCase(
      name: "max pool 2×2, 24×24×32", input: [24, 24, 32], layer: { $0.maxPool("k", $1) }, measures: bothWays),
    KernelCase(
      name: "average pool 2×2, 24×24×32", input: [24, 24, 32], layer: { $0.averagePool("k", $1) }, measures: bothWays),
    KernelCase(
      name: "mean 24×24×32", input: [24, 24, 32], layer: { $0.mean("k", $1) },
      measures: bothWays + [
        Measure(operation: "stem/mask", title: "mask of a clamp"),
        Measure(operation: "stem/mask_error", title: "mask errors"),
        Measure(operation: "stem/update_bias", title: "bias and update"),
      ]),
  ]

  private static let bothWays = [
    Measure(operation: "k", title: "forward"), Measure(operation: "k/backward_input", title: "dX"),
  ]

  private typealias Goal = (bar: Double?, peers: String)

  private static func conv(
    _ kernel: Int, _ input: [Int], _ outputs: Int, stride: Int = 1, _ plane: Plane, forward: Goal,
    dX: Goal = (nil, ""), dW: Goal = (nil, "")
  ) -> KernelCase {
    let kind = kernel == 1 ? "pointwise" : "conv \(kernel)×\(kernel)"
    let shape = "\(input[0])×\(input[1]), \(input[2])→\(outputs)" + (stride > 1 ? ", stride \(stride)" : "")
    return KernelCase(
      name: "\(kind) \(shape), \(plane.rawValue)", input: input, plane: plane,
      layer: { $0.conv("k", $1, outputs: outputs, kernel: kernel, stride: stride) },
      measures: layer(plane, forward: forward, dX: dX, dW: dW))
  }

  private static func depthwise(
    _ kernel: Int, _ input: [Int], stride: Int = 1, _ plane: Plane, forward: Goal, dX: Goal = (nil, "")
  ) -> KernelCase {
    let shape = "\(input[0])×\(input[1])×\(input[2])" + (stride > 1 ? ", stride \(stride)" : "")
    return KernelCase(
      name: "depthwise \(kernel)×\(kernel) \(shape), \(plane.rawValue)", input: input, plane: plane,
      layer: { $0.depthwise("k", $1, kernel: kernel, stride: stride) },
      measures: layer(plane, forward: forward, dX: dX, dW: (5, "")))
  }

  private static func layer(_ plane: Plane, forward: Goal, dX: Goal, dW: Goal) -> [Measure] {
    let always = [
      Measure(operation: "k", title: "forward", bar: forward.bar, peers: forward.peers),
      Measure(operation: "k/backward_input", title: "dX", bar: dX.bar, peers: dX.peers),
    ]
    guard plane == .trained else { return always }
    return always + [Measure(operation: "k/update_weights", title: "dW and update", bar: dW.bar, peers: dW.peers)]
  }
}
