"""What a run orders with each step, as the coordinator plans it (Sources/Coordinator: LearningRate, UpdateSequence)."""

import numpy as np

WARM_UP_SHARE = 20  # the first 20th of the steps, as `fieldtune train --schedule cosine`
# struct step_update of Firmware/kernels/step_update.h.
UPDATE = np.dtype(
    [("mantissa", "u4"), ("shift", "u4"), ("momentum", "u2"), ("decay", "u2"), ("applies", "?")], align=True)


def rate_parts(rate):
    """A learning rate as a device takes it: (mantissa, shift) with 16 significant bits."""
    if rate < 2.0**-200:
        return 0, 0
    fraction, exponent = np.frexp(rate)
    significant = int(np.floor(fraction * 65536 + 0.5))
    if significant == 65536:
        return 1 << 30, 30 - int(exponent)
    return significant << 15, 31 - int(exponent)


def rates_of(updates):
    return updates["mantissa"] * 2.0 ** -updates["shift"].astype(float)


def _rate(peak, step, steps):
    """Warm-up in equal parts, then half a cosine to 0."""
    warm_up = steps // WARM_UP_SHARE
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * max(0, 0.5 * (1 + np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up))))


def updates(peak, steps, batch=1, momentum=0.0):
    """One for each sample; those of a batch share its mean gradient, and its last sample applies it."""
    made = np.zeros(steps, UPDATE)
    made["momentum"] = round(momentum * 65536)
    for first in range(0, steps, batch):
        end = min(first + batch, steps)
        made["mantissa"][first:end], made["shift"][first:end] = rate_parts(_rate(peak, first, steps) / (end - first))
        made["applies"][end - 1] = True
    return made


def one_update(mantissa, shift):
    return np.array([(mantissa, shift, 0, 0, True)], UPDATE)


def order_of(samples, epochs, seed):
    random = np.random.default_rng([seed, 0x5EED])
    return np.concatenate([random.permutation(samples) for _ in range(epochs)])
