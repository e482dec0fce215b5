"""The candidate clocks: of children, by gaps, and of idle spells, by the bits that hashes share."""

import math

import numpy as np
import pytest

from columns.clock import (
    BLOCK_BITS,
    EVERY_MONTH,
    LAST_DATE,
    MAX_GAP,
    MOST_HALVINGS,
    NO_DATE,
    candidates_of,
    early_candidate,
    gap_from,
    gap_guide,
    gap_table,
    halvings_for,
    next_candidate,
)
from columns.compiling import kernel
from columns.draws import child_key, root_key
from columns.streams import stream
from model.calendar import LAST_MONTH

SPELL_CLOCK = stream("child.spell_clock")
SPELLS = 20_000


@kernel
def gaps_of(draws, thresholds, guide, gaps):
    for i in range(len(draws)):
        gaps[i] = gap_from(draws[i], thresholds, guide)


@kernel
def spells(root, halvings, months, dates, early, start):
    for i in range(len(months)):
        key = child_key(root, i)
        months[i] = candidates_of(key, SPELL_CLOCK, start >> 6, 3, halvings)
        dates[i] = next_candidate(key, SPELL_CLOCK, start, 3, halvings)
        early[i] = early_candidate(key, SPELL_CLOCK, start, 3, halvings)


def sample(halvings, start=0):
    months = np.zeros(SPELLS, dtype=np.uint64)
    dates, early = np.zeros(SPELLS, dtype=np.int64), np.zeros(SPELLS, dtype=np.int64)
    spells(root_key(5), halvings, months, dates, early, start)
    return months, dates, early


@pytest.mark.unit
@pytest.mark.parametrize("rate", [0.001, 0.08, 0.3, 0.85])
def test_a_gap_is_where_the_survival_table_says(rate):
    thresholds = gap_table(rate)
    high = np.concatenate([np.arange(0, 2**32, 2**32 // 5000), thresholds[:-1] - 1, thresholds[1:], [0]])
    high = np.unique(high[high < 2**32]).astype(np.uint64)
    gaps = np.zeros(len(high), dtype=np.int64)
    gaps_of(high << np.uint64(32), thresholds, gap_guide(thresholds), gaps)
    assert (gaps == [np.count_nonzero(thresholds[1:] > value) for value in high]).all()
    assert gaps.max() <= MAX_GAP


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rate", "halvings"), [(1.2, 0), (0.51, 0), (0.5, 1), (0.2, 2), (0.1, 3), (0.01, MOST_HALVINGS)]
)
def test_halvings_leave_at_least_the_rate(rate, halvings):
    assert halvings_for(rate) == halvings


@pytest.mark.statistical
@pytest.mark.parametrize("halvings", range(MOST_HALVINGS + 1))
def test_candidates_have_their_frequency_in_every_month(halvings):
    """Chance of a false alarm below 1e-4 in each of 64 months (4.5 standard errors, Bonferroni)."""
    months, _, _ = sample(halvings)
    expected = 0.5**halvings
    shares = np.array([np.mean((months >> np.uint64(bit)) & np.uint64(1)) for bit in range(64)])
    assert (abs(shares - expected) <= 4.5 * math.sqrt(expected * (1 - expected) / SPELLS)).all()


@pytest.mark.unit
def test_fewer_halvings_keep_the_candidates_and_add_others():
    more, fewer = sample(3)[0], sample(2)[0]
    assert (more & ~fewer == 0).all()
    assert (more != fewer).any()
    assert (sample(0)[0] == EVERY_MONTH).all()


@pytest.mark.unit
@pytest.mark.parametrize("start", [0, 1, 63, 64, 130])
def test_the_next_candidate_is_the_first_bit_from_the_month_on(start):
    months, dates, _ = sample(3, start)
    for word, date in zip(months[:2000], dates[:2000], strict=True):
        bits = [start // 64 * 64 + bit for bit in range(start & BLOCK_BITS, 64) if (int(word) >> bit) & 1]
        assert date == bits[0] if bits else date >= (start // 64 + 1) * 64


@pytest.mark.unit
@pytest.mark.parametrize("start", [1, 63, 64, 130, 200, 254])
@pytest.mark.parametrize("halvings", range(MOST_HALVINGS + 1))
def test_an_early_candidate_is_the_next_one_where_it_comes_within_64_months(halvings, start):
    _, dates, early = sample(halvings, start)
    within = early != NO_DATE
    assert (early[within] == dates[within]).all()
    assert (dates[~within] >= min(start + 64, LAST_DATE)).all()
    assert within.mean() > 0.98


@pytest.mark.unit
def test_no_run_reaches_the_date_that_stands_for_never():
    assert LAST_MONTH < LAST_DATE
    assert (sample(4, LAST_DATE)[1] == LAST_DATE).all()
