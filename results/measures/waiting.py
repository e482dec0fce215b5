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
from numpy.typing import ArrayLike

from results.measures.ratios import Floats, Ratio, counts, divide, ratio

# How a wait ends. Left: aged out, left the village, the need passed, or found not eligible.
CENSORED, SERVED, GAVE_UP, LEFT = range(4)
WAIT_ENDS = ("censored", "served", "gave_up", "left", "refused")
HORIZONS_MONTHS = (1, 3, 6, 12)
HALF = 0.5
ROUNDING = 1e-12


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
