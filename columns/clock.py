"""The candidate clock: when a child's next rare event *may* happen.

Each month a candidate occurs with the same dominating probability Λ for every child, strategy and lever
setting; what really happens at a candidate is decided there from the present state (thinning; Lewis &
Shedler 1979). So a child is touched in a share Λ of the months only, and a changed hazard never re-draws
anything: it acts at the next candidate.

Gaps are geometric, read from a table of integer survival thresholds built once with Python's ``math``.
"""

import math

import numpy as np

from columns.compiling import part
from columns.draws import HALF, TWO_TO_32

MAX_GAP = (
    250  # months; longer gaps are cut here and drawn again (memoryless), below one turn of the month byte
)
COARSE_BITS = 8
COARSE_SHIFT = np.uint64(24)


def gap_table(rate):
    """Survival thresholds ``floor(2**32 (1 - rate)**g)`` for g = 0 … MAX_GAP, uint64, descending.

    Parameters
    ----------
    rate : float
        Dominating probability per month, 0 < rate < 1.
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"the candidate clock needs a monthly rate between 0 and 1, not {rate!r}")
    log_stay = math.log1p(-rate)
    return np.array(
        [math.floor(math.exp(log_stay * g) * TWO_TO_32) for g in range(MAX_GAP + 1)], dtype=np.uint64
    )


@part
def gap_from(bits, thresholds):
    """Months without a candidate before the next one (0 … MAX_GAP), by bisection in the survival table."""
    high_bits = bits >> HALF
    low, high = 0, MAX_GAP
    while low < high:
        middle = (low + high) >> 1
        if high_bits >= thresholds[middle + 1]:
            high = middle
        else:
            low = middle + 1
    return low
