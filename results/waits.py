"""Waits at the desks of a run: how they ended, and who still waits, from the engine's own histograms.

The engine counts every wait that ends by service, outcome and months waited. Month by month these counts say
when a case was filed (the month of the end less the wait), so the share served in time rests on the cases
filed early enough to be followed, in worlds of any size. A case sent back for missing papers is no end: its
wait begins anew when it is filed again.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from columns.layout import CHILD_PRESENT, FILED_ALONE, FILED_HELPED
from columns.tallies import WAIT_BINS
from columns.words import MONTH_BITS, SINCE_SHIFT, STATE_MASK
from model.scale_up import ScaleUpModel
from results.measures.spells import SERVED_WITHIN_MONTHS
from results.measures.waiting import SERVED, wait_table

SLOTS_AT_ONCE = 1_000_000


class Followed(NamedTuple):
    """Filed cases by service: served in time, of those filed early enough to be followed, and the others."""

    served: NDArray[np.int64]
    followed: NDArray[np.int64]
    censored: NDArray[np.int64]


def still_waiting(model: ScaleUpModel) -> NDArray[np.int64]:
    """Return the cases at the desks at the end of the run, shape (services, months waited so far)."""
    state, last = model.state, model.months_done - 1
    n_services = state.needs.shape[1]
    counts = np.zeros((n_services, WAIT_BINS), dtype=np.int64)
    for start in range(0, len(state.needs), SLOTS_AT_ONCE):
        words = state.needs[start : start + SLOTS_AT_ONCE]
        need = words & STATE_MASK
        filed = (need == FILED_ALONE) | (need == FILED_HELPED)
        filed &= ((state.traits[start : start + SLOTS_AT_ONCE] & CHILD_PRESENT) != 0)[:, np.newaxis]
        service = np.flatnonzero(filed) % n_services
        since = (words[filed] >> SINCE_SHIFT).astype(np.int64)
        wait = np.minimum((last - since) % MONTH_BITS, WAIT_BINS - 1)
        counts += np.bincount(service * WAIT_BINS + wait, minlength=counts.size).reshape(counts.shape)
    return counts


def waits_of(model: ScaleUpModel) -> NDArray[np.float64]:
    """Return the table of waits by service, (services, months waited, censored and causes).

    It is what :func:`results.measures.waiting.cumulative_incidence` takes; services can be added up.
    """
    return wait_table(model.observed.waits, still_waiting(model))


def followed_cases(model: ScaleUpModel) -> Followed:
    """Return the cases by service filed early enough to be followed, and of these those served in time."""
    within = SERVED_WITHIN_MONTHS
    months = model.months_done
    upto = model.observed.waits_by_month[:months]  # ended so far, by month
    waited = np.arange(WAIT_BINS)
    last_end = np.minimum(months - 1 - within + waited, months - 1)  # of cases filed early enough
    known = upto[np.maximum(last_end, 0), :, :, waited]  # (months waited, services, outcomes)
    known[last_end < 0] = 0
    waiting = still_waiting(model)
    in_time = known[: within + 1, :, SERVED - 1].sum(axis=0)
    followed = known.sum(axis=(0, 2)) + waiting[:, within:].sum(axis=-1)
    all_cases = upto[-1].sum(axis=(1, 2)) + waiting.sum(axis=-1)
    return Followed(in_time, followed, all_cases - followed)
