"""The candidate clock: when a child's next rare event *may* happen.

Each month a candidate occurs with the same dominating probability Λ for every child, strategy and lever
setting; what really happens at a candidate is decided there from the present state (thinning; Lewis &
Shedler 1979). So a child is touched in a share Λ of the months only, and a changed hazard never re-draws
anything: it acts at the next candidate.

Gaps are geometric, read from a table of integer survival thresholds built once with Python's ``math``.

Open spells that stand in no queue have a clock each. Its dominating probability is a power of one half, so
the candidates of 64 months are the bits that several hashes have in common: whether a month is one does not
depend on when the spell began or on what happened to it, and strategies share the clock of the same spell.
"""

import math

import numpy as np

from columns.bits import lowest_bit
from columns.compiling import inlined
from columns.draws import HALF, TWO_TO_32, draw

MAX_GAP = (
    250  # months; longer gaps are cut here and drawn again (memoryless), below one turn of the month byte
)
COARSE_BITS = 12
"""Of a draw, to look up where a search begins: so many that it seldom has to take a step."""
COARSE_SHIFT = HALF - np.uint64(COARSE_BITS)


def gap_table(rate: float) -> np.ndarray:
    """Survival thresholds, equation (27): ``floor(2**32 (1 - rate)**g)`` for g = 0 … MAX_GAP, uint64.

    Parameters
    ----------
    rate : float
        Dominating probability per month, 0 < rate < 1.

    Raises
    ------
    ValueError
        If the rate is not between 0 and 1.
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"the candidate clock needs a monthly rate between 0 and 1, not {rate!r}")
    log_stay = math.log1p(-rate)
    return np.array(
        [math.floor(math.exp(log_stay * g) * TWO_TO_32) for g in range(MAX_GAP + 1)], dtype=np.uint64
    )


def gap_guide(thresholds: np.ndarray) -> np.ndarray:
    """Smallest gap for every value of the highest ``COARSE_BITS`` bits of a draw: where its search begins."""
    tops = ((np.arange(1 << COARSE_BITS, dtype=np.uint64) + np.uint64(1)) << COARSE_SHIFT) - np.uint64(1)
    falling = thresholds[:0:-1]
    return (len(falling) - np.searchsorted(falling, tops, side="right")).astype(np.uint8)


@inlined
def gap_from(bits, thresholds, guide):
    """Months without a candidate before the next one (0 … MAX_GAP), from the survival table."""
    high_bits = bits >> HALF
    gap = np.int64(guide[high_bits >> COARSE_SHIFT])
    while gap < MAX_GAP and high_bits < thresholds[gap + 1]:
        gap += 1
    return gap


MOST_HALVINGS = 4
"""A spell has a candidate in one month of sixteen at least, so that the next one is never far."""
BLOCK_SHIFT, BLOCK_BITS = 6, 63
HASHES = 8
"""Draws of one spell in one block of 64 months: indices from ``HASHES`` times its service."""
EVERY_MONTH = np.uint64(0xFFFFFFFFFFFFFFFF)
LAST_DATE = 255
"""Stands for every later month: no run is that long (``model.calendar.LAST_MONTH``)."""


def halvings_for(rate: float) -> int:
    """Largest number of halvings, at most `MOST_HALVINGS`, that leaves a probability of at least ``rate``."""
    halvings = 0
    while halvings < MOST_HALVINGS and 0.5 ** (halvings + 1) >= rate:
        halvings += 1
    return halvings


@inlined
def candidates_of(key, stream, block, service, halvings):
    """Candidate months of a spell among the 64 of a block, as bits: each with probability ½ ** halvings."""
    months = EVERY_MONTH
    for hashed in range(MOST_HALVINGS):  # all of them: to guess when to stop takes longer
        unused = EVERY_MONTH * np.uint64(hashed >= halvings)
        months &= draw(key, stream, block, service * HASHES + hashed) | unused
    return months


@inlined
def next_candidate(key, stream, month, service, halvings):
    """First candidate month from ``month`` on, `LAST_DATE` at most."""
    while month < LAST_DATE:
        months = candidates_of(key, stream, month >> BLOCK_SHIFT, service, halvings)
        months >>= np.uint64(month & BLOCK_BITS)
        if months:
            month += lowest_bit(months)
            break
        month = ((month >> BLOCK_SHIFT) + 1) << BLOCK_SHIFT
    return min(month, LAST_DATE)


NO_DATE = 0
"""Stands for a date that has to be searched for; so does month 0, where a run begins."""


@inlined
def early_candidate(key, stream, month, service, halvings):
    """The same without a guess, for loops; `NO_DATE` where none of the next 64 months is one."""
    block = month >> BLOCK_SHIFT
    months = candidates_of(key, stream, block, service, halvings) >> np.uint64(month & BLOCK_BITS)
    later = candidates_of(key, stream, block + 1, service, halvings)
    date = month + lowest_bit(months)
    date_later = ((block + 1) << BLOCK_SHIFT) + lowest_bit(later)
    date = min(date if months != 0 else date_later, LAST_DATE)
    return date if months | later != 0 else NO_DATE
