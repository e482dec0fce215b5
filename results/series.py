"""Counts of children and needs by month, stratum and service, as one long table.

A run keeps integer tallies (:mod:`model.observation`). Here they become measures of the catalogue: a count
has a numerator and no denominator, a share has both. Complements of a group (``not_remote``) are what is
left of all children, so nothing is counted twice and parts add up.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from columns.layout import ADMITTED, FILED_ALONE, FILED_HELPED, FOUND, GAVE_UP, N_STATES, SERVED, UNMET
from columns.tallies import (
    F_AGREED,
    F_CAME,
    F_COHORT_COVERED,
    F_COHORT_FILED,
    F_COHORT_FOUND,
    F_COHORT_IN_TIME,
    F_COHORT_OPENED,
    F_FILED_ALONE,
    F_FILED_HELPED,
    F_FILED_HELPED_FIRST,
    F_FOUND,
    F_GAVE_UP,
    F_LAPSED,
    F_LEFT,
    F_NOT_ELIGIBLE,
    F_OPENED,
    F_REFUSED,
    F_SERVED_ALONE,
    F_SERVED_HELPED,
    F_SERVED_WITHIN,
    F_WAIT_MONTHS,
    GROUPS,
    WIDTH,
)
from model.calendar import month_text
from model.observation import STRATA
from model.scale_up import ScaleUpModel
from results.measures.coverage import GATHERING_STATES, UNMET_STATES

ALL = "all"
COMPLEMENT = "not_{group}"
GROUP_OF = {COMPLEMENT.format(group=group): group for group in GROUPS}
"""The group whose complement a stratum is."""
STRATUM_NAMES = (*STRATA, *GROUP_OF)
"""The strata of a run, then the complements of its groups."""

SERVED_FLOWS = (F_SERVED_ALONE, F_SERVED_HELPED)
COUNTS: dict[str, tuple[int, ...]] = {
    "spells_opened": (F_CAME, F_OPENED),
    "spells_found": (F_FOUND,),
    "spells_agreed": (F_AGREED,),
    "spells_filed": (F_FILED_ALONE, F_FILED_HELPED),
    "spells_filed_helped": (F_FILED_HELPED,),
    "children_helped_to_file": (F_FILED_HELPED_FIRST,),
    "spells_served": SERVED_FLOWS,
    "spells_served_helped": (F_SERVED_HELPED,),
    "spells_served_in_time": (F_SERVED_WITHIN,),
    "served_wait_months": (F_WAIT_MONTHS,),
    "spells_gave_up": (F_GAVE_UP,),
    "spells_refused": (F_REFUSED,),
    "spells_not_eligible": (F_NOT_ELIGIBLE,),
    "spells_left": (F_LEFT,),
    "spells_lapsed": (F_LAPSED,),
    "unmet_child_months": tuple(UNMET_STATES),
    "unmet_child_months_untouched": (UNMET,),
    "unmet_child_months_gathering": (FOUND, *GATHERING_STATES),
    "unmet_child_months_waiting": (FILED_ALONE, FILED_HELPED),
    "unmet_child_months_waiting_helped": (FILED_HELPED,),
    "unmet_child_months_next_term": (ADMITTED,),
    "unmet_child_months_gave_up": (GAVE_UP,),
    "eligible_child_months": tuple(range(1, N_STATES)),
    "cohort_opened": (F_COHORT_OPENED,),
    "cohort_covered": (F_COHORT_COVERED,),
    "cohort_found": (F_COHORT_FOUND,),
    "cohort_filed": (F_COHORT_FILED,),
    "cohort_served_in_time": (F_COHORT_IN_TIME,),
}
"""Measures that are sums of columns of the tallies: flows of the month, and stocks at its end."""
MET, NEEDED = "met_child_months", "needed_child_months"
SHARES = {
    "effective_coverage_share": (MET, NEEDED),
    "served_in_time_share": ("spells_served_in_time", "spells_served"),
    "mean_wait_months": ("served_wait_months", "spells_served"),
}
"""Measures with a denominator, from two of the counts."""
MEASURES = (*COUNTS, MET, NEEDED, *SHARES)


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts of a run by month, stratum and service, added up when they are asked for.

    ``tally`` is (months, strata, services, columns), without complements and sums over services; a measure is
    the sum of some columns, those with a 1 in ``weights`` (measures, services, columns).
    """

    tally: NDArray[np.integer]
    weights: NDArray[np.int64]
    months: NDArray[np.int64]
    strata: tuple[str, ...]
    services: tuple[str, ...]
    measures: tuple[str, ...]
    _sums: dict[tuple[str, int], NDArray[np.int64]] = field(default_factory=dict, repr=False)
    """Added up so far, by stratum and last months."""

    def of(self, measure: str, stratum: str = ALL, service: str = ALL) -> NDArray[np.int64]:
        """Return one count by month, shape (months,)."""
        weights = self.weights[self.measures.index(measure)]
        columns = np.flatnonzero(weights.any(axis=0))
        counted, weights = self._of_stratum(stratum, columns), weights[:, columns]
        if service != ALL:
            place = self.services.index(service) - 1
            counted, weights = counted[:, place : place + 1], weights[place : place + 1]
        by_month: NDArray[np.int64] = np.einsum("msk,sk->m", counted, weights)
        return by_month

    def late(self, measure: str, stratum: str, months: int) -> NDArray[np.int64]:
        """Return one count over the last months, shape (services,); services without their total."""
        counted = self._over(stratum, months)
        by_service: NDArray[np.int64] = np.einsum(
            "sk,sk->s", counted, self.weights[self.measures.index(measure)]
        )
        return by_service

    def _over(self, stratum: str, months: int) -> NDArray[np.int64]:
        """Return all counts of a stratum over the last months, shape (services, columns)."""
        if (stratum, months) not in self._sums:
            self._sums[stratum, months] = (
                self._over(ALL, months) - self._over(GROUP_OF[stratum], months)
                if stratum in GROUP_OF
                else self.tally[-months:, self.strata.index(stratum)].sum(axis=0, dtype=np.int64)
            )
        return self._sums[stratum, months]

    def _of_stratum(self, stratum: str, columns: NDArray[np.integer]) -> NDArray[np.integer]:
        """Return columns of a stratum by month and service; complements are what is left of all children."""
        if stratum in GROUP_OF:
            return self._of_stratum(ALL, columns) - self._of_stratum(GROUP_OF[stratum], columns)
        return self.tally[:, self.strata.index(stratum)][:, :, columns]

    @property
    def values(self) -> NDArray[np.int64]:
        """All counts, shape (months, strata, services + all, measures)."""
        n_strata = self.tally.shape[1]
        values = np.empty(
            (len(self.months), len(self.strata), len(self.services), len(self.measures)), dtype=np.int64
        )
        for service, weights in enumerate(self.weights.transpose(1, 2, 0)):
            values[:, :n_strata, 1 + service] = self.tally[:, :, service] @ weights
        values[:, :n_strata, 1:].sum(axis=2, out=values[:, :n_strata, 0])
        np.subtract(values[:, :1], values[:, 1 : 1 + len(GROUPS)], out=values[:, n_strata:])
        return values


def service_names(model: ScaleUpModel) -> tuple[str, ...]:
    """Return the services of a run in the order of its columns."""
    return tuple(model.scenario.services.names)


def met_months(tally: NDArray[np.integer], durable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return child-months in which a need was met, from tallies of shape (..., services, WIDTH).

    A service that lasts is met while it is held. One that does not (support, treatment, protection) is met in
    the month in which it is given.
    """
    given: NDArray[np.int64] = tally[..., list(SERVED_FLOWS)].sum(axis=-1)
    return tally[..., SERVED].astype(np.int64) + np.where(durable, 0, given)


def count_cube(model: ScaleUpModel) -> Cube:
    """Return all counts of a run by month, stratum (with complements) and service (with their sum, "all")."""
    months, names = model.months_done, (*COUNTS, MET, NEEDED)
    durable = durable_services(model)
    weights = np.zeros((len(names), len(durable), WIDTH), dtype=np.int64)
    for place, columns in enumerate(COUNTS.values()):
        weights[place][:, list(columns)] = 1
    of_each = np.repeat(np.eye(WIDTH, dtype=np.int64)[:, np.newaxis], len(durable), axis=1)
    weights[names.index(MET)] = met = met_months(of_each, durable).T
    weights[names.index(NEEDED)] = met + weights[names.index("unmet_child_months")]
    services = (ALL, *service_names(model))
    return Cube(model.observed.strata[:months], weights, np.arange(months), STRATUM_NAMES, services, names)


def durable_services(model: ScaleUpModel) -> NDArray[np.bool_]:
    """Return which services last once they are given, shape (services,)."""
    return np.array([bool(row.durable) for row in model.tables.services])


def series(model: ScaleUpModel) -> pd.DataFrame:
    """Return month × stratum × service × measure with numerator and denominator.

    Columns: ``month`` (0 is 2010-05), ``date``, ``stratum``, ``service`` ("all" is their sum), ``measure``,
    ``numerator`` (integer) and ``denominator`` (integer; missing for counts). Sorted by month, then in the
    declared order of strata, services and measures.
    """
    cube = count_cube(model)
    counts = cube.values
    numerators, denominators = [counts], [np.zeros_like(counts)]
    for top, bottom in SHARES.values():
        numerators.append(counts[..., cube.measures.index(top), np.newaxis])
        denominators.append(counts[..., cube.measures.index(bottom), np.newaxis])
    table = np.concatenate(numerators, axis=-1)
    is_share = np.zeros(table.shape, dtype=bool)
    is_share[..., len(cube.measures) :] = True
    return pd.DataFrame(
        {
            **month_columns(np.repeat(cube.months, table[0].size)),
            "stratum": _labels(cube.strata, table.shape, 1),
            "service": _labels(cube.services, table.shape, 2),
            "measure": _labels(MEASURES, table.shape, 3),
            "numerator": table.ravel(),
            "denominator": pd.arrays.IntegerArray(
                np.concatenate(denominators, axis=-1).ravel(), ~is_share.ravel()
            ),
        }
    )


def month_columns(months: NDArray[Any]) -> dict[str, Any]:
    """Return ``month`` as a number and ``date`` as "2010-05" for a table."""
    last = int(months.max(initial=-1))
    dates = pd.Categorical.from_codes(months, [month_text(m) for m in range(last + 1)], ordered=True)
    return {"month": np.asarray(months, dtype=np.int16), "date": dates}


def _labels(names: tuple[str, ...], shape: tuple[int, ...], axis: int) -> pd.Categorical:
    """Return the names along one axis of a table of that shape, written out for every cell."""
    along = [1] * len(shape)
    along[axis] = shape[axis]
    codes = np.broadcast_to(np.arange(shape[axis], dtype=np.int8).reshape(along), shape)
    return pd.Categorical.from_codes(codes.ravel(), list(names))
