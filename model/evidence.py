"""Visible results: how much better off children are where peers have adopted, as others can see it.

This closes the loop of the model: where desks are starved, workers find children whom nobody serves, peers
see little, and the approach spreads more slowly. Results are seen with a delay, and always as a difference
from counties of the same region and poverty third that have not adopted: a general trend convinces nobody.
Without children there are no results and V stays 0.
"""

import math

import numpy as np

from columns.compiling import kernel
from columns.layout import POST_ACTIVE, STAGE_NONE
from columns.numbers import Whole

NOT_SHOWN = -9.0
"""Marks a month in which a county had not adopted, or had nothing to compare with."""

MONTHS_KEPT = 32
"""Length of the ring of past results; the delay must be shorter."""

N_REGIONS, N_THIRDS = 3, 3
HALF_WEIGHT = 0.5


def empty_results(n_counties: int) -> np.ndarray:
    """Return the ring before the first month: float64, shape (MONTHS_KEPT, n_counties)."""
    return np.full((MONTHS_KEPT, n_counties), NOT_SHOWN)


@kernel
def look_at_results(
    month: Whole,
    counties: np.recarray,
    provinces: np.recarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    adopting: np.ndarray,
    shown: np.ndarray,
    rules: np.recarray,
) -> None:
    """Store last month's results in the ring and set ``counties.evidence`` from those of the delay ago.

    Equation (5): V is the mean of the advantage of adopting neighbours and of adopting counties of the
    province, each with weight one half and 0 where nobody has adopted, clipped to [0, 1].
    """
    publish_results(month, counties, adopting, shown)
    delay = int(rules[0].evidence_delay_months)
    n = counties.shape[0]
    if delay < 1 or delay >= MONTHS_KEPT or month + 1 < delay:
        for c in range(n):
            counties[c].evidence = 0.0
        return
    row = (month + 1 - delay) % MONTHS_KEPT
    in_province = np.zeros(provinces.shape[0], dtype=np.float64)
    n_in_province = np.zeros(provinces.shape[0], dtype=np.int64)
    for c in range(n):
        if shown[row, c] != NOT_SHOWN:
            in_province[counties[c].province] += shown[row, c]
            n_in_province[counties[c].province] += 1
    for c in range(n):
        total, n_shown = 0.0, 0
        for i in range(indptr[c], indptr[c + 1]):
            if indices[i] >= 0 and shown[row, indices[i]] != NOT_SHOWN:
                total += shown[row, indices[i]]
                n_shown += 1
        p = counties[c].province
        others, n_others = in_province[p], n_in_province[p]
        if shown[row, c] != NOT_SHOWN:  # nobody is convinced by the own results
            others -= shown[row, c]
            n_others -= 1
        seen = HALF_WEIGHT * total / max(n_shown, 1) + HALF_WEIGHT * others / max(n_others, 1)
        counties[c].evidence = min(max(seen, 0.0), 1.0)


@kernel
def publish_results(month: Whole, counties: np.recarray, adopting: np.ndarray, shown: np.ndarray) -> None:
    """Write this month's row of the ring: equation (4) of each adopting county at the end of last month."""
    row = month % MONTHS_KEPT
    weight = np.zeros((N_REGIONS, N_THIRDS), dtype=np.float64)
    total = np.zeros((N_REGIONS, N_THIRDS), dtype=np.float64)
    for c in range(counties.shape[0]):
        county = counties[c]
        if not adopting[c] and not math.isnan(county.effective_coverage):
            children = max(county.children, 1.0)
            weight[county.region, county.poverty_third] += children
            total[county.region, county.poverty_third] += children * county.effective_coverage
    for c in range(counties.shape[0]):
        county = counties[c]
        compared = weight[county.region, county.poverty_third]
        shown[row, c] = NOT_SHOWN
        if adopting[c] and compared > 0.0 and not math.isnan(county.effective_coverage):
            shown[row, c] = county.effective_coverage - total[county.region, county.poverty_third] / compared


@kernel
def publish_coverage(counties: np.recarray, villages: np.recarray) -> None:
    """Publish each county's share of needs that are met, equation (3), as seen at the end of the month.

    Where the approach has been adopted they look at the villages that have a trained worker, elsewhere at the
    whole county; NaN where there is nobody to look at.
    """
    for c in range(len(counties)):
        county = counties[c]
        eligible, unmet = 0, 0
        for v in range(county.first_village, county.first_village + county.n_villages):
            if county.stage == STAGE_NONE or villages[v].post == POST_ACTIVE:
                eligible += villages[v].n_eligible
                unmet += villages[v].n_unmet
        county.effective_coverage = (eligible - unmet) / eligible if eligible > 0 else math.nan
