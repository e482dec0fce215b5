"""What tells beforehand which needs of a child who comes are to be worked out (:mod:`model.first_needs`).

Whom a service is for follows from age and three traits. How likely a need is never exceeds what the traits of
the child and the odds of its village allow at any age, for any class of children.
"""

import functools
from typing import NamedTuple

import numpy as np

from columns.tallies import GROUPS as OF_CHILD
from columns.tallies import N_GROUPS
from columns.words import MONTH_BITS
from model.codes import GROUP_ALL, GROUPS, TRAITS, YOUNG
from model.stationary import CERTIFICATE, HUKOU

A_SHADE = 1.0 + 1e-9
"""Bounds are a shade above what they bound, so that rounding never puts a real share above one."""


class Possible(NamedTuple):
    """Tables of the needs that a child may have; services are bits of whole numbers."""

    for_age: np.ndarray  # (256,) services for an age in months
    for_whom: np.ndarray  # (groups,) services for each kind of children
    worked_out: np.ndarray  # (1,) services whose needs are always worked out: those for some children only
    drawn: np.ndarray  # (1,) services of the others whose draw says whether they have to be
    odds_at_most: np.ndarray  # (services,) highest odds of need where traits and village multiply them by 1
    multiplier_at_most: np.ndarray  # (services, circumstances) multiplier by traits; see circumstances


def bounds_of_needs(services: np.recarray, clear: np.ndarray) -> Possible:
    """Make the tables.

    Parameters
    ----------
    services : recarray, shape (services,)
    clear : array of float, shape (classes, services, months since entry + 1, lacking/complete)
        Share of children in no need where traits and village multiply the odds by 1.
    """
    for_age, for_whom = np.zeros(MONTH_BITS, dtype=np.int64), np.zeros(len(GROUPS), dtype=np.int64)
    worked_out = drawn = 0
    for s, row in enumerate(services):
        for_age[int(row.min_age_months) : int(row.max_age_months)] |= 1 << s
        for_whom[int(row.group)] |= 1 << s
        if row.status or row.group != GROUP_ALL:
            worked_out |= 1 << s
        elif s not in (CERTIFICATE, HUKOU):
            drawn |= 1 << s
    in_need = 1.0 - np.moveaxis(clear, 1, 0).reshape(len(services), -1).min(axis=1)
    with np.errstate(divide="ignore"):
        odds = in_need / (1.0 - in_need) * A_SHADE
    multipliers = _multipliers(services.tobytes(), services.dtype)
    return Possible(for_age, for_whom, np.array([worked_out]), np.array([drawn]), odds, multipliers)


@functools.lru_cache(maxsize=8)
def _multipliers(content: bytes, dtype: np.dtype) -> np.ndarray:
    """Highest multiplier of each service for every combination of a child's groups and a strained caregiver.

    A need that is more common among the very young lasts into the years after, so everybody is reckoned young
    where that makes it more likely.
    """
    rows = np.frombuffer(content, dtype=dtype)
    excess = np.zeros((len(rows), N_GROUPS + 1))
    excess[:, [OF_CHILD.index(trait) for trait in TRAITS]] = rows["multipliers"] - 1.0
    excess[:, OF_CHILD.index(YOUNG)] = np.minimum(rows["young_multiplier"] - 1.0, 0.0)
    excess[:, N_GROUPS] = rows["strain_multiplier"] - 1.0
    bits = (np.arange(1 << (N_GROUPS + 1))[:, None] >> np.arange(N_GROUPS + 1)) & 1
    multipliers = 1.0 + np.maximum(rows["young_multiplier"] - 1.0, 0.0)[:, None] + excess @ bits.T
    return np.maximum(multipliers, 0.0) * A_SHADE
