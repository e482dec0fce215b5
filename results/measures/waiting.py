"""Waiting at a desk: how many are served within 1, 3, 6 and 12 months when others give up or age out.

A family that gives up is not served by waiting longer, so giving up is a *competing* end, not censoring: one
minus Kaplan–Meier would overstate service. The Aalen–Johansen estimator handles both. Time is discrete: a
case filed in month m and served in the same month waited 0 months. Several ends can fall in one month, and
exact formulas for ties are used (no jittering). Censoring in a month comes after the ends of that month: a
case still waiting at the end of the run was exposed to its last month.

Everything starts from a table of counts, (..., months, 1 + causes), which can be added up over desks,
counties and runs; column 0 is censored. It is the sufficient statistic, so a national run can keep it instead
of spells.

Sources: Aalen & Johansen 1978; Putter, Fiocco & Geskus 2007 (why not Kaplan–Meier); Kaplan & Meier 1958.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns.layout import NO_MONTH
from results.measures.ratios import Floats, Ratio, counts, divide, ratio
from results.measures.spells import END_OPEN, SERVED_WITHIN_MONTHS, Spells, happened, served_within

# How a wait ends. Left: aged out, left the village, the need passed, or found not eligible.
CENSORED, SERVED, GAVE_UP, LEFT = range(4)
WAIT_ENDS = ("censored", "served", "gave_up", "left", "refused")
N_CAUSES = len(WAIT_ENDS) - 1
HORIZONS_MONTHS = (1, 3, 6, 12)
HALF = 0.5
ROUNDING = 1e-12


class Waits(NamedTuple):
    """Waits of single cases, shape (cases,): months waited so far, and how the wait ended."""

    months: NDArray[np.int64]
    end: NDArray[np.int64]  # CENSORED, SERVED, GAVE_UP or LEFT
    spell: NDArray[np.int64]  # row in the spells they came from


class Incidence(NamedTuple):
    """Cumulative incidence by the end of each month of waiting.

    ``by_cause``: shape (..., months, causes), the share whose wait had ended for that cause; ``waiting``:
    shape (..., months), the share still waiting; the two add up to 1. ``at_risk``: shape (..., months), cases
    that the month's step rests on. NaN after the last month in which anybody was still observed, unless
    nobody was waiting any more.
    """

    by_cause: Floats
    waiting: Floats
    at_risk: Floats

    def at(self, months: ArrayLike = HORIZONS_MONTHS, cause: int = SERVED) -> Floats:
        """Return the incidence of ``cause`` by the end of the given months of waiting, shape (..., months).

        Beyond the last month of the table nothing is known (NaN), unless everybody's wait had ended.
        """
        wanted = np.asarray(months)
        last = self.waiting.shape[-1] - 1
        values = self.by_cause[..., np.minimum(wanted, last), cause - 1]
        settled = self.waiting[..., last][..., np.newaxis] <= ROUNDING
        return np.where((wanted <= last) | settled, values, np.nan)


def waits_at_desk(spells: Spells, last_month: int, first_month: int = 0) -> Waits:
    """Return the waits of the cases filed from ``first_month`` on.

    Those still open at the end of ``last_month`` are censored. Cases filed before ``first_month`` are left
    out: those still waiting at that time are the slow ones.
    """
    filed = _filed_between(spells, first_month, last_month)
    rows = np.flatnonzero(filed)
    start = spells.filed_month[rows].astype(np.int64)
    closed = np.where(spells.end != END_OPEN, spells.ended_month, NO_MONTH)
    later = np.iinfo(np.int64).max
    # the order of the columns decides ties: giving up precedes serving within a month, leaving comes last
    ends = (GAVE_UP, SERVED, LEFT)
    dates = np.stack([spells.gave_up_month[rows], spells.served_month[rows], closed[rows]]).astype(np.int64)
    dates = np.where((dates == NO_MONTH) | (dates < start) | (dates > last_month), later, dates)
    first = dates.argmin(axis=0)
    when = dates[first, np.arange(len(rows))]
    end = np.where(when == later, CENSORED, np.array(ends)[first])
    return Waits(np.where(when == later, last_month, when) - start, end, rows)


def wait_counts(
    months: ArrayLike,
    end: ArrayLike,
    *,
    n_months: int | None = None,
    n_causes: int = N_CAUSES,
    group: ArrayLike | None = None,
    n_groups: int | None = None,
) -> NDArray[np.int64]:
    """Return cases by months waited and end, shape (months, 1 + causes), or (groups, months, 1 + causes).

    Parameters
    ----------
    months, end
        Shape (cases,): months waited (from 0) and how it ended (0 = censored, else 1 … causes).
    n_months
        Rows wanted, at least the longest wait plus one (the default).
    group, n_groups
        Shape (cases,), integers from 0; a leading axis is added when given.

    Raises
    ------
    ValueError
        If a wait is negative or too long for the table, or an end or group unknown.
    """
    waited, how = np.asarray(months, dtype=np.int64), np.asarray(end, dtype=np.int64)
    row = np.zeros_like(waited) if group is None else np.asarray(group, dtype=np.int64)
    longest = int(waited.max()) + 1 if waited.size else 1
    depth = longest if n_months is None else n_months
    rows = n_groups if n_groups is not None else (int(row.max()) + 1 if row.size else 1)
    if waited.size and (waited.min() < 0 or longest > depth):
        raise ValueError(f"months waited must lie in 0–{depth - 1}: found {waited.min()} to {waited.max()}")
    if how.size and (how.min() < 0 or how.max() > n_causes):
        raise ValueError(f"ends must lie in 0–{n_causes}: found {how.min()} to {how.max()}")
    if row.size and (row.min() < 0 or row.max() >= rows):
        raise ValueError(f"groups must lie in 0–{rows - 1}: found {row.min()} to {row.max()}")
    shape = (rows, depth, n_causes + 1)
    cells = np.ravel_multi_index((row, waited, how), shape)
    table = np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)
    return table if group is not None else table[0]


def wait_table(ended: ArrayLike, still_waiting: ArrayLike) -> Floats:
    """Return the table of counts from the engine's histograms.

    Parameters
    ----------
    ended
        Cases whose wait ended, by cause and months waited, shape (..., causes, months). The last month may
        stand for "or longer".
    still_waiting
        Cases waiting at the end of the run by months waited so far, shape (..., months).

    Returns
    -------
    ndarray
        Shape (..., months, 1 + causes).
    """
    causes, censored = counts(ended, "ended"), counts(still_waiting, "still_waiting")
    return np.concatenate([censored[..., np.newaxis], np.swapaxes(causes, -1, -2)], axis=-1)


def cumulative_incidence(table: ArrayLike, late_entries: ArrayLike | None = None) -> Incidence:
    """Return the Aalen–Johansen estimate from counts of shape (..., months, 1 + causes), column 0 censored.

    The variance over desks and families is not given: runs are compared over replications (`intervals`).

    Parameters
    ----------
    table
        Ends of waits; the cases may come from many desks, counties and runs.
    late_entries
        Shape (..., months): cases that were already waiting when observation began, by the months they had
        waited then. Needed when the table holds the ends of a calendar period, such as one year, instead of
        those of the cases filed in it: late entries are at risk only from the next month of their wait on.

    Raises
    ------
    ValueError
        If the table has fewer than two axes, or more cases entered late than ever left.
    """
    cases = counts(table, "table")
    if cases.ndim < 2:
        raise ValueError(f"counts must have shape (..., months, 1 + causes), not {cases.shape}")
    ended = cases[..., 1:]
    leaving = cases.sum(axis=-1)
    at_risk = _from_here_on(leaving)
    if late_entries is not None:
        at_risk = at_risk - _from_here_on(counts(late_entries, "late_entries", cases.shape[-2]))
        if (at_risk < leaving).any():
            raise ValueError("more cases entered late than were observed to leave after that many months")
    hazard = divide(ended, at_risk[..., np.newaxis])
    observed = at_risk > 0
    still = np.cumprod(np.where(observed, 1.0 - np.nan_to_num(hazard).sum(axis=-1), 1.0), axis=-1)
    before = np.concatenate([np.ones_like(still[..., :1]), still[..., :-1]], axis=-1)
    by_cause = np.cumsum(before[..., np.newaxis] * np.nan_to_num(hazard), axis=-2)
    known = observed | (before <= ROUNDING)
    return Incidence(
        np.where(known[..., np.newaxis], by_cause, np.nan),
        np.where(known, np.maximum(still, 0.0), np.nan),
        at_risk,
    )


def _from_here_on(per_month: Floats) -> Floats:
    """Return the sum over this month of waiting and all later ones, shape (..., months)."""
    return np.cumsum(per_month[..., ::-1], axis=-1)[..., ::-1]


def median_wait_months(incidence: Incidence, share: float = HALF) -> Floats:
    """Return the first month by which ``share`` of *all* filed cases had been served, shape (...).

    NaN where that is never reached: where most give up there is no median wait, and the median of those lucky
    enough to be served would hide it. Whole months, because the model's time is.
    """
    reached = np.nan_to_num(incidence.by_cause[..., SERVED - 1]) >= share - ROUNDING
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1), np.nan)[()]


def mean_months_waiting(incidence: Incidence, months: int = HORIZONS_MONTHS[-1]) -> Floats:
    """Return at how many of the first ``months`` month ends a case is waiting, on average, shape (...).

    The restricted mean: unlike the median it moves with every case, so it tells strategies apart sooner. NaN
    where the waits were not observed for that long.
    """
    curve = incidence.waiting[..., :months]
    missing = months - curve.shape[-1]
    if missing > 0:  # nobody waits any longer, or nothing is known
        settled = curve[..., -1:] <= ROUNDING
        beyond = np.broadcast_to(np.where(settled, 0.0, np.nan), (*curve.shape[:-1], missing))
        curve = np.concatenate([curve, beyond], axis=-1)
    return curve.sum(axis=-1)


class ServedShare(NamedTuple):
    """Cases served in time over cases filed with full follow-up, the censored ones apart; shape (groups,)."""

    share: Ratio
    censored: NDArray[np.int64]


def served_share(
    spells: Spells,
    last_month: int,
    *,
    within: int = SERVED_WITHIN_MONTHS,
    first_month: int = 0,
    group: ArrayLike | None = None,
    n_groups: int | None = None,
) -> ServedShare:
    """Return the share of filed cases served within ``within`` months of filing.

    Only cases filed at least ``within`` months before the end count, whatever became of them: to count a late
    case when it was served quickly and leave it out when it still waits would flatter the desk. Over cases
    with full follow-up this equals the cumulative incidence at ``within``.

    Parameters
    ----------
    last_month, first_month
        Last month simulated, and first month of filing; inclusive.
    group, n_groups
        Shape (spells,), integers from 0; one group if None.
    """
    row = np.zeros(len(spells), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    rows = n_groups if n_groups is not None else (int(row.max()) + 1 if row.size else 1)
    filed = _filed_between(spells, first_month, last_month)
    followed = filed & (spells.filed_month + within <= last_month)
    in_time = followed & served_within(spells, within)
    served, known, censored = (
        np.bincount(row[mask], minlength=rows) for mask in (in_time, followed, filed & ~followed)
    )
    return ServedShare(ratio(served, known), censored)


def backlog_months(waiting: ArrayLike, capacity_per_month: ArrayLike) -> Ratio:
    """Return the work waiting at the end of a month over what the desk can do in a month: months to clear it.

    Both in cases or both in minutes, any shape. The value is NaN for a desk without any capacity.
    """
    return ratio(waiting, capacity_per_month)


def months_per_case(waiting_months: ArrayLike, filed: ArrayLike) -> Ratio:
    """Return child-months in the queue over the cases that entered it: months waited per case, any shape.

    Little's law: over a span that is long against the wait, the mean number in the queue is the rate of
    arrival times the mean wait. It needs no dates of single cases, counts those who still wait, and can be
    split by anything that the counts are split by. The value is NaN where nobody filed.
    """
    return ratio(waiting_months, filed)


def _filed_between(spells: Spells, first_month: int, last_month: int) -> NDArray[np.bool_]:
    return (
        happened(spells.filed_month)
        & (spells.filed_month >= first_month)
        & (spells.filed_month <= last_month)
    )
