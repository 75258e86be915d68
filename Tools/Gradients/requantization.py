"""The integer rounding of TFLite's reference kernels on int64 arrays (Sources/Interpreter/SEMANTICS.md, "Forward")."""

import math

import numpy as np


def quantized_multiplier(real):
    """real = multiplier * 2^(left_shift - 31)."""
    fraction, exponent = math.frexp(real)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 1 << 31:
        multiplier, exponent = multiplier >> 1, exponent + 1
    return (0, 0) if exponent < -31 else (multiplier, exponent)


def _doubling_high_multiply(a, multiplier):
    product = a * multiplier
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    return np.sign(nudged) * (np.abs(nudged) >> 31)


def _rounding_divide(a, exponent):
    mask = (1 << exponent) - 1
    return (a >> exponent) + ((a & mask) > ((mask >> 1) + (a < 0)))


def twice(accumulators, multiplier, left_shift):
    """Convolutions and additions."""
    wrapped = (accumulators << max(left_shift, 0)).astype(np.int32).astype(np.int64)
    return _rounding_divide(_doubling_high_multiply(wrapped, multiplier), max(-left_shift, 0))


def once(accumulators, multiplier, left_shift):
    """Dense layers, as LiteRT rounds them."""
    shift = 31 - left_shift
    return np.sign(accumulators) * ((np.abs(accumulators) * multiplier + (1 << (shift - 1))) >> shift)


def by_channel(rounding, accumulators, factors):
    """`rounding` with one real factor, or one for each index of the last dimension."""
    if len(factors) == 1:
        return rounding(accumulators, *quantized_multiplier(factors[0]))
    columns = [rounding(accumulators[..., c], *quantized_multiplier(f)) for c, f in enumerate(factors)]
    return np.stack(columns, axis=-1)


def mean(sums, factor, count):
    """MEAN folds 1 / count into the multiplier."""
    multiplier, left_shift = quantized_multiplier(factor)
    shift = min(count.bit_length() - 1, 32, 31 + left_shift)
    return twice(sums, (multiplier << shift) // count, left_shift - shift)


def hard_swish(steps, input_scale, output_scale):
    """TFLite's 16-bit fixed point, in which 3.0 is 32768. `steps`: codes less their zero point."""
    raised = np.float32(1 / 128) * np.float32(input_scale)
    out_multiplier, out_exponent = _upper_half(raised / np.float32(output_scale))
    multiplier, exponent = _upper_half(raised / (np.float32(3) / np.float32(32768)))

    def product(a, b):
        return (a * b + (1 << 14)) >> 15

    position = steps << 7
    scaled = product(position, out_multiplier)
    if exponent > 0:
        position = np.clip(position << (exponent - 1), -32768, 32767)
    position = product(position, multiplier)
    if exponent > 0:
        position = np.clip(position << 1, -32768, 32767)
    if exponent < 0:
        position = _rounding_divide(position, -exponent)
    gated = ((position + 32768) >> 1) * scaled
    return _rounding_divide(np.sign(gated) * (np.abs(gated) >> 15), -out_exponent)


def _upper_half(real):
    multiplier, exponent = quantized_multiplier(float(real))
    return min((multiplier + (1 << 15)) >> 16, 32767), exponent
