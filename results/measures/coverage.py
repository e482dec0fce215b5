"""Coverage of places, which states of a need are unmet, and children with several.

A post on paper, a trained worker and the hours that reach children are three things, so they are never merged
into one "coverage". *Effective coverage* is about need (Tanahashi 1978; Ng et al. 2014): of all child-months
in need of a service, the share in which it was met.

Child-months are counted at month ends by the state of the need, so every unmet month has exactly one cause.
Of needs that nobody has acted on the tallies do not say whether the village had a worker, nor of papers being
gathered whether for the first time; :mod:`results.series` has the causes that they do tell apart.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns.layout import (
    ADMITTED,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    UNMET,
)
from results.measures.ratios import Ratio, amounts, ratio

CHILDREN_PER_HOURS = 100  # hours of workers are given per hundred children

GATHERING_STATES = [GATHERING_ALONE, GATHERING_HELPED]
UNMET_STATES = [UNMET, FOUND, *GATHERING_STATES, FILED_ALONE, FILED_HELPED, ADMITTED, GAVE_UP]


class PlaceCoverage(NamedTuple):
    """How far the programme has come, each with its parts; any leading shape."""

    posts_filled: Ratio  # villages with a filled post ÷ villages
    workers_active: Ratio  # villages with a trained worker ÷ villages
    children_covered: Ratio  # children in villages with a trained worker ÷ children
    hours: Ratio  # worker hours on child work per 100 children and month


class MultipleDeprivation(NamedTuple):
    """Children by number of needs unmet at once, shape (needs + 1,): entry k is how many lack exactly k."""

    children: NDArray[np.int64]

    def at_least(self, needs: int) -> Ratio:
        """Return the children with at least ``needs`` unmet needs over all children."""
        return ratio(self.children[needs:].sum(), self.children.sum())


def place_coverage(
    villages: ArrayLike,
    villages_with_post: ArrayLike,
    villages_active: ArrayLike,
    children: ArrayLike,
    children_in_active_villages: ArrayLike,
    worker_hours: ArrayLike,
) -> PlaceCoverage:
    """Return the four coverages of places from counts of any one shape, e.g. (months,) or (months, counties).

    Raises
    ------
    ValueError
        If a part is larger than its whole, or an active village has no post.
    """
    pairs = (
        ("villages_with_post", villages_with_post, "villages", villages),
        ("villages_active", villages_active, "villages_with_post", villages_with_post),
        ("children_in_active_villages", children_in_active_villages, "children", children),
    )
    for part_name, part, whole_name, whole in pairs:
        if (np.asarray(part) > np.asarray(whole)).any():
            raise ValueError(f"{part_name} cannot be larger than {whole_name}")
    return PlaceCoverage(
        ratio(villages_with_post, villages),
        ratio(villages_active, villages),
        ratio(children_in_active_villages, children),
        ratio(amounts(worker_hours, "worker_hours") * CHILDREN_PER_HOURS, children),
    )


def multiple_deprivation(unmet: ArrayLike) -> MultipleDeprivation:
    """Return how many children have 0, 1, 2, … needs unmet at once.

    Parameters
    ----------
    unmet
        Boolean, shape (children, services): is this child's need for this service unmet now?

    Raises
    ------
    ValueError
        If ``unmet`` has not two axes.
    """
    table = np.asarray(unmet, dtype=bool)
    if table.ndim != 2:
        raise ValueError(f"unmet must have shape (children, services), not {table.shape}")
    return MultipleDeprivation(np.bincount(table.sum(axis=1), minlength=table.shape[1] + 1))
