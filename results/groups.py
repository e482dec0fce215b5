"""Groups of children compared like with like: every group is given the same mix of services.

Poor children may need more allowances and remote ones more papers, so plain totals would compare services,
not children. Here every group's outcome is averaged over services with the weights of all children (direct
standardisation); a service counts only where the group and its counterpart both have enough cases.
"""

from collections.abc import Sequence

import numpy as np

from columns import tallies
from columns.tallies import QUINTILES
from results.measures.ratios import Floats, divide
from results.series import ALL, COMPLEMENT, Cube

GROUPS = tuple(group for group in tallies.GROUPS if group != "pilot")
"""Groups set against all other children."""
FIFTHS = tuple(f"wealth_{fifth + 1}" for fifth in range(QUINTILES))
LEAST_CASES = 30
FAMILIES = {
    "papers": ("birth_certificate", "hukou"),
    "school": ("school",),
    "health": ("vaccination", "health_care"),
    "allowances": ("orphan_allowance", "subsistence_allowance", "disability_subsidy"),
    "care": ("psychosocial", "protection"),
}
"""Services that belong together; those that a user adds make a family of their own, ``other``."""


def families(services: Sequence[str]) -> dict[str, list[str]]:
    """Return the services of a run by family, in order, empty families left out."""
    named = {name for members in FAMILIES.values() for name in members}
    grouped = {family: [name for name in services if name in members] for family, members in FAMILIES.items()}
    grouped["other"] = [name for name in services if name not in named]
    return {family: members for family, members in grouped.items() if members}


def window(cube: Cube, measure: str, strata: Sequence[str], months: int) -> Floats:
    """Return sums over the last months, shape (strata, services); services without their total."""
    return np.array([cube.late(measure, stratum, months) for stratum in strata], dtype=np.float64)


def standardised(tops: Floats, bottoms: Floats, weights: Floats) -> Floats:
    """Return the ratios of groups averaged over services with common weights, shape (groups,).

    Parameters
    ----------
    tops, bottoms
        Shape (groups, services).
    weights
        Shape (services,): of all children. Services in which any of the groups has fewer than `LEAST_CASES`
        are left out for all of them.
    """
    usable = (bottoms >= LEAST_CASES).all(axis=0) & (weights > 0)
    if not usable.any():
        return np.full(len(tops), np.nan)
    shares = divide(tops[:, usable], bottoms[:, usable])
    averaged: Floats = (shares * weights[usable]).sum(axis=1) / weights[usable].sum()
    return averaged


def group_pair(cube: Cube, top: str, bottom: str, group: str, months: int) -> Floats:
    """Return the standardised outcome of a group and of all other children, shape (2,)."""
    pair = (group, COMPLEMENT.format(group=group))
    return _outcome(cube, top, bottom, pair, months)


def by_fifth(cube: Cube, top: str, bottom: str, months: int, services: Sequence[str] = ()) -> Floats:
    """Return the standardised outcome, in units of top ÷ bottom, per fifth of wealth, poorest first."""
    return _outcome(cube, top, bottom, FIFTHS, months, services)


def _outcome(
    cube: Cube, top: str, bottom: str, strata: Sequence[str], months: int, services: Sequence[str] = ()
) -> Floats:
    chosen = [cube.services.index(name) - 1 for name in services or cube.services[1:]]
    tops, bottoms = (window(cube, measure, strata, months)[:, chosen] for measure in (top, bottom))
    return standardised(tops, bottoms, window(cube, bottom, (ALL,), months)[0, chosen])
