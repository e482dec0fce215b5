"""The cascade from need to lasting service, and the step that binds.

After Tanahashi (1978): of a fixed cohort of spells, how many had a worker in the village, were found, filed,
served within three months of filing, and still had the service six months later where it can lapse. Only
spells with full follow-up are counted, the right-censored ones apart, so a cascade never falls because the
run ended. The *binding step* is the one with the largest absolute loss.

Families who apply on their own reach the desk without being found. A spell therefore counts as having reached
a step when it reached that step **or any later one**; otherwise nine applicants in ten would appear as "lost
at coverage" although the desk served them, and a jammed desk would be blamed on finding. ``by_worker`` beside
it is the strict chain through the worker: its difference from ``reached`` is what families did on their own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from results.measures.ratios import Floats, Ratio, counts, ratio
from results.measures.spells import SERVED_WITHIN_MONTHS, Spells, happened_within, served_within

NEED, COVERED, FOUND, FILED, SERVED_IN_TIME, KEPT = range(6)
STEPS = ("need", "covered", "found", "filed", "served_within_3_months", "kept_6_months")
N_STEPS = len(STEPS)
NO_STEP = "none"

FILED_WITHIN_MONTHS = 12  # assumption: a need not filed within a year counts as not filed
KEPT_FOR_MONTHS = 6


class Cascade(NamedTuple):
    """Counts of spells of a cohort, one row per group.

    ``reached`` and ``by_worker`` have shape (groups, steps) in the order of `STEPS` and never rise along a
    row; ``censored`` has shape (groups,): spells of the cohort whose follow-up is not complete, not in the
    other two.
    """

    reached: NDArray[np.int64]
    by_worker: NDArray[np.int64]
    censored: NDArray[np.int64]

    def lost(self) -> NDArray[np.int64]:
        """Return how many were lost on the way to each step, shape (groups, steps); none are lost at need."""
        return -np.diff(self.reached, axis=-1, prepend=self.reached[:, :1])

    def shares(self) -> Ratio:
        """Return the share of the cohort that reached each step, shape (groups, steps)."""
        cohort = np.broadcast_to(self.reached[:, :1], self.reached.shape)
        return ratio(self.reached, cohort)


def follow_up_months(filed_in: int = FILED_WITHIN_MONTHS, served_in: int = SERVED_WITHIN_MONTHS) -> int:
    """Return how many months after opening a spell's cascade is known for certain."""
    return filed_in + served_in + KEPT_FOR_MONTHS


def cascade(
    spells: Spells,
    first_month: int,
    last_opened_month: int,
    last_month: int,
    *,
    group: ArrayLike | None = None,
    n_groups: int | None = None,
    filed_in: int = FILED_WITHIN_MONTHS,
    served_in: int = SERVED_WITHIN_MONTHS,
) -> Cascade:
    """Return the cascade of the spells opened in a span of months.

    Parameters
    ----------
    spells
        Every spell of the run; those opened outside the span are left out (so is the initial stock, whose
        opening months are before the start).
    first_month, last_opened_month
        The cohort: first and last month of opening, inclusive.
    last_month
        The last month simulated, inclusive.
    group
        Shape (spells,), integers from 0: county, opening month, service, or a combination. One group if None.
    n_groups
        Number of rows wanted; by default the largest group plus one.
    filed_in, served_in
        Months from opening to filing, and from filing to service, that still count.

    Raises
    ------
    ValueError
        If ``group`` does not give a number from 0 per spell.
    """
    row = np.zeros(len(spells), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    if row.shape != (len(spells),) or (row < 0).any():
        raise ValueError(f"group must give one number from 0 for each of {len(spells)} spells")
    rows = n_groups if n_groups is not None else (int(row.max()) + 1 if len(row) else 1)

    last_opened = min(last_opened_month, last_month)
    in_cohort = (spells.opened_month >= first_month) & (spells.opened_month <= last_opened)
    followed = spells.opened_month + follow_up_months(filed_in, served_in) <= last_month
    counted = in_cohort & followed
    reached = furthest_step(spells, filed_in=filed_in, served_in=served_in)
    by_worker = furthest_step(spells, filed_in=filed_in, served_in=served_in, alone=False)
    return Cascade(
        _tally(row[counted], reached[counted], rows),
        _tally(row[counted], by_worker[counted], rows),
        np.bincount(row[in_cohort & ~followed], minlength=rows),
    )


def furthest_step(
    spells: Spells,
    *,
    filed_in: int = FILED_WITHIN_MONTHS,
    served_in: int = SERVED_WITHIN_MONTHS,
    alone: bool = True,
) -> NDArray[np.int64]:
    """Return the last step each spell reached, as an index into `STEPS`, shape (spells,).

    With ``alone`` False only the chain through the worker counts: covered, then found, then filed with help.
    """
    covered = happened_within(spells.covered_month, spells.opened_month, filed_in)
    found = happened_within(spells.found_month, spells.opened_month, filed_in)
    filed = happened_within(spells.filed_month, spells.opened_month, filed_in)
    if not alone:
        found &= covered
        filed &= found & spells.helped
    served = filed & served_within(spells, served_in)
    lapsed = spells.can_lapse & happened_within(spells.lapsed_month, spells.served_month, KEPT_FOR_MONTHS)
    passed = np.stack([covered, found, filed, served, served & ~lapsed])
    steps = np.arange(COVERED, N_STEPS)[:, np.newaxis]
    return np.max(np.where(passed, steps, NEED), axis=0)


def binding_step(reached: ArrayLike) -> NDArray[np.int64]:
    """Return the step with the largest absolute loss, as an index into `STEPS`.

    Parameters
    ----------
    reached
        Shape (..., steps): counts that never rise along the last axis, ordered like `STEPS`; the last steps
        may be missing. Any leading axes, such as county × month. Add small groups up first: the step of a
        handful of spells is noise.

    Returns
    -------
    NDArray
        Shape (...). The earlier of equal losses is named, and 0 where nothing was lost.

    Raises
    ------
    ValueError
        If counts rise along the steps: then they are not a cascade of one cohort.
    """
    table = _steps(reached)
    lost = -np.diff(table, axis=-1)
    if (lost < 0).any():
        raise ValueError("a cascade cannot rise from one step to the next")
    return np.where(lost.max(axis=-1) > 0, lost.argmax(axis=-1) + 1, NEED)


def step_name(step: int) -> str:
    """Return the name of a binding step, ``"none"`` for 0: nothing was lost."""
    return STEPS[step] if step != NEED else NO_STEP


def nested_counts(separate: ArrayLike) -> Floats:
    """Return counts of spells that reached each step *or a later one* from counts taken step by step.

    Where only totals are kept (flagged cohorts of a national run), a family that filed alone is counted at
    filing but not at finding. The largest count from a step onwards is the best that totals allow: exact
    where everybody who reached the earlier step and not the later one is in the earlier count, else a little
    low. Shape (..., steps) in and out.
    """
    table = _steps(separate)
    return np.maximum.accumulate(table[..., ::-1], axis=-1)[..., ::-1]


def _steps(reached: ArrayLike) -> Floats:
    table = counts(reached, "reached")
    if not 2 <= table.shape[-1] <= N_STEPS:
        raise ValueError(f"a cascade has 2 to {N_STEPS} steps along the last axis, not shape {table.shape}")
    return table


def _tally(row: NDArray, furthest: NDArray, n_rows: int) -> NDArray[np.int64]:
    """Return counts of shape (rows, steps) of spells that reached each step or a later one."""
    at = np.bincount(row * N_STEPS + furthest, minlength=n_rows * N_STEPS).reshape(-1, N_STEPS)
    if len(at) > n_rows:
        raise ValueError(f"a group is numbered {len(at) - 1} or above, but there are {n_rows} groups")
    return np.cumsum(at[:, ::-1], axis=1)[:, ::-1]
