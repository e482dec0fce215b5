"""Coverage of places, coverage of need, and why need stays unmet.

A post on paper, a trained worker and the hours that reach children are three things, so they are never merged
into one "coverage". *Effective coverage* is about need (Tanahashi 1978; Ng et al. 2014): of all child-months
in need of a service, the share in which it was met.

Child-months are counted at month ends by the state of the need, so every unmet month has exactly one cause,
and the causes add up to the unmet months.
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
    N_STATES,
    SERVED,
    UNMET,
)
from results.measures.ratios import Floats, Ratio, amounts, counts, ratio

CHILDREN_PER_HOURS = 100  # hours of workers are given per hundred children

# Why a need is unmet at the end of a month, in the order of the way to service.
CAUSES = ("uncovered", "not_found", "preparing", "refused_for_papers", "waiting", "next_term", "gave_up")
UNCOVERED, NOT_FOUND, PREPARING, REFUSED_FOR_PAPERS, WAITING, NEXT_TERM, ABANDONED = range(len(CAUSES))
GATHERING_STATES = [GATHERING_ALONE, GATHERING_HELPED]
FILED_STATES = [FILED_ALONE, FILED_HELPED]
UNMET_STATES = [UNMET, FOUND, *GATHERING_STATES, *FILED_STATES, ADMITTED, GAVE_UP]


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

    def mean(self) -> Ratio:
        """Return unmet needs per child."""
        return ratio((self.children * np.arange(len(self.children))).sum(), self.children.sum())


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


def met_and_unmet(state_months: ArrayLike) -> tuple[Floats, Floats]:
    """Return (met, unmet) child-months from child-months by state, shape (..., states) → (...).

    A need is met in the months that end with the service received. A child told at the desk that it is not
    eligible has, by the rules, no claim, and counts in neither. For a service whose episode ends when served
    (``durable`` 0) the observer must count the month of service as served.
    """
    months = counts(state_months, "state_months", N_STATES)
    return months[..., SERVED], months[..., UNMET_STATES].sum(axis=-1)


def effective_coverage(met: ArrayLike, unmet: ArrayLike) -> Ratio:
    """Return met ÷ (met + unmet) child-months; the value is NaN where nobody was in need."""
    top = amounts(met, "met")
    return ratio(top, top + amounts(unmet, "unmet"))


def unmet_by_cause(
    state_months: ArrayLike, unmet_uncovered: ArrayLike, gathering_refused: ArrayLike
) -> Floats:
    """Return unmet child-months by cause, shape (..., causes) in the order of `CAUSES`.

    Parameters
    ----------
    state_months
        Child-months by state of the need, shape (..., states).
    unmet_uncovered
        Shape (...): of those in state unmet, the months in villages without an active worker.
    gathering_refused
        Shape (...): of those gathering papers, the months after a refusal for missing papers.

    Returns
    -------
    ndarray
        ``preparing`` joins families who have not agreed yet with those gathering papers for the first time;
        ``waiting`` is the desk's queue; ``next_term`` is admitted but not begun, which is not queueing. They
        add up to the unmet months exactly.

    Raises
    ------
    ValueError
        If a part is larger than the state it belongs to.
    """
    months = counts(state_months, "state_months", N_STATES)
    uncovered = amounts(unmet_uncovered, "unmet_uncovered")
    refused = amounts(gathering_refused, "gathering_refused")
    gathering = months[..., GATHERING_STATES].sum(axis=-1)
    if (uncovered > months[..., UNMET]).any() or (refused > gathering).any():
        raise ValueError("unmet_uncovered and gathering_refused cannot exceed the months in their states")
    causes = [np.empty(0)] * len(CAUSES)
    causes[UNCOVERED] = np.broadcast_to(uncovered, gathering.shape)
    causes[NOT_FOUND] = months[..., UNMET] - uncovered
    causes[PREPARING] = months[..., FOUND] + gathering - refused
    causes[REFUSED_FOR_PAPERS] = np.broadcast_to(refused, gathering.shape)
    causes[WAITING] = months[..., FILED_STATES].sum(axis=-1)
    causes[NEXT_TERM] = months[..., ADMITTED]
    causes[ABANDONED] = months[..., GAVE_UP]
    return np.stack(causes, axis=-1)


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
