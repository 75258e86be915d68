/// A function of one int8 tensor, element by element.
package enum UnaryFunction: Hashable, Sendable, Codable {
  /// The same real value in the format of the output, clamped: RELU and its kin where they stand alone.
  case clamp(Clamp)
  /// x for x >= 0, otherwise alpha · x.
  case leakyRelu(alpha: Float)
  /// x · min(max(x + 3, 0), 6) / 6 (Howard et al., Searching for MobileNetV3, arXiv 1905.02244, section 5.2).
  case hardSwish
  /// 1 / (1 + exp(-x)).
  case logistic
  case tanh

  /// The function of real numbers; a clamp is the identity, because its ends are codes of the output.
  package func value(_ x: Double) -> Double {
    switch self {
    case .clamp: x
    case .leakyRelu(let alpha): x >= 0 ? x : Double(alpha) * x
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .logistic: 1 / (1 + exponential(-x))
    case .tanh: hyperbolicTangent(x)
    }
  }

  /// The derivative of what codes of `output` can hold of it: 0 where the real value lies outside their range. One that
  /// is only rounded to an end of the range passes.
  package func slope(_ x: Double, output: Quantization) -> Double {
    output.codeRange.contains(value(x)) ? slope(x) : 0
  }

  /// Its derivative; at a kink, the one towards zero.
  private func slope(_ x: Double) -> Double {
    switch self {
    case .clamp: return 1
    case .leakyRelu(let alpha): return x > 0 ? 1 : Double(alpha)
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5
    case .logistic:
      let y = value(x)
      return y * (1 - y)
    case .tanh:
      let y = value(x)
      return 1 - y * y
    }
  }
}

/// e^x from additions, multiplications and divisions alone, which IEEE 754 rounds alike everywhere: tables must not
/// depend on a machine's mathematical library. Relative error below 1e-14; infinite from 709 on, 0 below -745.
func exponential(_ x: Double) -> Double {
  guard x < 709 else { return .infinity }
  guard x > -745 else { return 0 }
  let powerOfTwo = (x / 0.693_147_180_559_945_3).rounded()
  // ln 2 in two parts, the first of which has trailing zeros enough for an exact product.
  let rest = (x - powerOfTwo * 0x1.62e42fee00000p-1) - powerOfTwo * 0x1.a39ef35793c76p-33
  var term = 1.0
  var sum = 1.0
  for k in 1...18 {
    term = term * rest / Double(k)
    sum += term
  }
  return sum * Double(sign: .plus, exponent: Int(powerOfTwo), significand: 1)
}

/// tanh x = (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; its series near 0, where the difference loses digits.
private func hyperbolicTangent(_ x: Double) -> Double {
  guard abs(x) > 1e-3 else { return x - x * x * x / 3 }
  let decay = exponential(-2 * abs(x))
  let magnitude = (1 - decay) / (1 + decay)
  return x < 0 ? -magnitude : magnitude
}
