"""How much of a change is background trend, how much other policy, how much the programme.

Four runs with the same seed, both switches off, each on alone, both on, answer the question without bias from
order. What changes with both switches off is the *trend* (births, schooling, anything not switched). The rest
is shared out by Shapley's value: the effect of a switch averaged over all orders of turning the switches on
(Shorrocks 2013). Effects add up to the change exactly. The first-in and last-in effects are given beside it:
where they differ the two reinforce each other or get in each other's way, and no single number can hide that.
"""

from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from results.measures.ratios import Floats


class Decomposition(NamedTuple):
    """Parts of a change, each of shape (...); trend + other_policy + programme = total.

    ``other_policy_range`` and ``programme_range`` have shape (2, ...): the effect when turned on first and
    when turned on last. ``interaction`` is last minus first, the same for both. All have the outcome's unit.
    """

    total: Floats
    trend: Floats
    other_policy: Floats
    programme: Floats
    other_policy_range: Floats
    programme_range: Floats
    interaction: Floats


def decompose(
    before: ArrayLike, neither: ArrayLike, policy: ArrayLike, programme: ArrayLike, both: ArrayLike
) -> Decomposition:
    """Return the parts of the change from ``before`` to ``both``.

    Parameters
    ----------
    before
        The outcome at the first date, the same in all four runs if nothing was switched by then. Shape (...),
        usually (replications,).
    neither, policy, programme, both
        The outcome at the second date with neither switch, other policy alone, the programme alone, both.

    Notes
    -----
    Give each replication; intervals come from the replications afterwards. For an outcome that is a ratio,
    parts are in percentage points of that ratio and still add up.
    """
    start, none, other, own, all_on = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (before, neither, policy, programme, both))
    )
    shares = shapley(np.stack([np.stack([none, own]), np.stack([other, all_on])]), 2)
    return Decomposition(
        total=all_on - start,
        trend=none - start,
        other_policy=shares[0],
        programme=shares[1],
        other_policy_range=np.stack([other - none, all_on - own]),
        programme_range=np.stack([own - none, all_on - other]),
        interaction=all_on - own - other + none,
    )


def shapley(outcomes: ArrayLike, n_switches: int) -> Floats:
    """Return Shapley's share of each switch, shape (switches, ...); they add up to all on minus all off.

    Parameters
    ----------
    outcomes
        Shape (2,) × switches + (...): ``outcomes[1, 0, …]`` is the outcome with the first switch on and the
        second off. So n switches need 2ⁿ runs.

    Raises
    ------
    ValueError
        If an axis of a switch has not two entries.
    """
    table = np.asarray(outcomes, dtype=np.float64)
    if n_switches < 1 or table.shape[:n_switches] != (2,) * n_switches:
        raise ValueError(
            f"outcomes of {n_switches} switches must begin with axes of 2, not shape {table.shape}"
        )
    shares = np.zeros((n_switches, *table.shape[n_switches:]))
    for switch in range(n_switches):
        others = [other for other in range(n_switches) if other != switch]
        for size in range(n_switches):
            weight = factorial(size) * factorial(n_switches - size - 1) / factorial(n_switches)
            for on in combinations(others, size):
                off_state = tuple(int(index in on) for index in range(n_switches))
                on_state = tuple(int(index in on or index == switch) for index in range(n_switches))
                shares[switch] += weight * (table[on_state] - table[off_state])
    return shares
