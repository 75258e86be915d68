"""Means, spreads and paired intervals."""

import statistics

# Two-sided 95 % points of Student's t by degrees of freedom.
T_95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201}


def mean_and_spread(values):
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def paired(differences):
    """Mean of the differences and half the width of its 95 % interval; no width for a single one."""
    mean, spread = mean_and_spread(differences)
    if len(differences) < 2:
        return mean, float("inf")
    return mean, T_95[len(differences) - 1] * spread / len(differences) ** 0.5


def stays_behind(differences):
    """Whether the differences call for an explanation: half a point on average, or for certain."""
    return statistics.mean(differences) < -0.5 or lies_below_zero(differences)


def lies_below_zero(differences):
    mean, half = paired(differences)
    return mean + half < 0
