"""The cascade and the binding step by county and month, and of the whole run.

Where every spell is known, the cascade is that of :mod:`results.measures.cascade`: fixed cohorts, complete
follow-up. Larger worlds keep only totals of one flagged cohort; from these comes a cascade that is a little
rougher (covered means that the village had a worker when the need arose, and there is no last step).
"""

import itertools
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from columns.tallies import (
    F_COHORT_COVERED,
    F_COHORT_FILED,
    F_COHORT_FOUND,
    F_COHORT_IN_TIME,
    F_COHORT_OPENED,
)
from model.scale_up import ScaleUpModel
from results.measures.cascade import NO_STEP, STEPS, binding_step, cascade, nested_counts
from results.measures.spells import Spells

REACHED = ("cascade_cohort", *(f"cascade_{step}" for step in STEPS[1:]))
CENSORED = "cascade_censored"
STEP_NAMES = (NO_STEP, *STEPS[1:])
FLAGGED = (F_COHORT_OPENED, F_COHORT_COVERED, F_COHORT_FOUND, F_COHORT_FILED, F_COHORT_IN_TIME)


class Cohort(NamedTuple):
    """The cascade of a run's cohort: ``reached`` has shape (services + all, steps), "all" first."""

    reached: NDArray[np.int64]
    exact: bool  # from every spell, or from totals of the flagged cohort


def by_county_and_month(spells: pd.DataFrame, counties: NDArray[Any], n_months: int) -> dict[str, Any]:
    """Return the columns of the cascade for a table of months × counties, in this order.

    Parameters
    ----------
    spells
        From :func:`results.spell_table.spells`: the spells of a county stand together.
    counties
        Codes of the counties, in the order of the spells.
    """
    reached = np.zeros((n_months, len(counties), len(STEPS)), dtype=np.int64)
    censored = np.zeros((n_months, len(counties)), dtype=np.int64)
    codes = spells["county_code"].to_numpy()
    bounds = np.flatnonzero(np.diff(codes, prepend=-1, append=-1))
    for start, stop in itertools.pairwise(bounds):
        c = int(np.flatnonzero(counties == codes[start])[0])
        rows = as_spells(spells.iloc[start:stop])
        months = np.maximum(rows.opened_month, 0)
        found = cascade(rows, 0, n_months - 1, n_months - 1, group=months, n_groups=n_months)
        reached[:, c], censored[:, c] = found.reached, found.censored
    table = {name: reached[..., step].ravel() for step, name in enumerate(REACHED)}
    return table | {CENSORED: censored.ravel(), "binding_step": step_labels(reached.reshape(-1, len(STEPS)))}


def unknown_by_county_and_month(n_rows: int) -> dict[str, Any]:
    """Return the same columns with nothing in them, for runs that keep no spells."""
    empty = pd.arrays.IntegerArray(np.zeros(n_rows, dtype=np.int64), np.ones(n_rows, dtype=bool))
    columns = dict.fromkeys((*REACHED, CENSORED), empty)
    return columns | {"binding_step": step_labels(np.zeros((n_rows, len(STEPS))))}


def step_labels(reached: NDArray[Any]) -> pd.Categorical:
    """Return the name of the binding step of each cascade; missing where nobody was in the cohort."""
    return pd.Categorical.from_codes(np.where(reached[:, 0] > 0, binding_step(reached), -1), list(STEP_NAMES))


def of_cohort(model: ScaleUpModel, spells: pd.DataFrame | None) -> Cohort:
    """Return the cascade of the cohort that the parameters declare, by service and of all services."""
    if spells is None:
        flows = model.observed.strata[: model.months_done, 0].sum(axis=0)
        counted = flows[:, list(FLAGGED)]
        reached = np.vstack([counted.sum(axis=0), counted])
        return Cohort(nested_counts(reached).astype(np.int64), exact=False)
    rules = model.scenario.schedule[0][1]
    rows = as_spells(spells)
    n = len(model.tables.services)
    last = model.months_done - 1
    found = cascade(
        rows, rules.cohort_start_month, rules.cohort_end_month - 1, last, group=rows.service, n_groups=n
    )
    return Cohort(np.vstack([found.reached.sum(axis=0), found.reached]), exact=True)


def as_spells(table: pd.DataFrame) -> Spells:
    """Return the columns that the measures need, names of services and ends as their positions."""
    codes = {name: table[name].cat.codes.to_numpy() for name in ("service", "end")}
    return Spells.from_table({**{name: table[name].to_numpy() for name in table}, **codes})
