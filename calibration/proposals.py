"""Where a draw lies in its prior, and proposals: laws that put further draws where the posterior lies.

Calibrations usually cut the prior to an ellipsoid around the best rows and draw evenly in it. In twenty
dimensions nearly all of an ellipsoid lies far from its middle: of 4,096 such draws some twenty count. A
normal law with the covariance of the weighted rows, cut at the ends of the prior, puts them where the weight
is; parameters that the rows say nothing about are drawn evenly. Rows of the prior stay in the mixture
(a defensive one; Hesterberg 1995), so no weight can become large and no part of the prior is cut off.
"""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, qmc

from experiments.draws import Axis, Rows
from model.declarations import declarations
from results.measures.ratios import Floats

WIDER = 1.4
"""Covariance of a proposal against that of the rows: tails must not be thinner than the posterior's."""
SAYS_SOMETHING = 0.15
"""Contraction under which a parameter is drawn evenly."""
POINTS_AT_ONCE = 1 << 12
VOLUME_POINTS, VOLUME_POINTS_AIMED = 1 << 16, 1 << 18
"""Points that say how much of a law lies within the prior; of a wide one hardly any does."""
UNIFORM_VARIANCE = 1.0 / 12.0
LEAST = 1e-9
MIDDLE, WIDE_SD = 0.5, 0.45
"""Normal law that stands for an even prior where outcomes are taken for straight lines: wider than it."""
DIGITS = 12


def quantiles_of(frame: pd.DataFrame, axes: Sequence[Axis]) -> Floats:
    """Return where values lie in their priors, from 0 to 1; shape (rows, axes).

    Choices and whole numbers stand in the middle of the stretch that gives them.
    """
    return np.stack([_quantile(frame[axis.name].to_numpy(), axis) for axis in axes], axis=1)


def _quantile(values: Any, axis: Axis) -> Floats:
    if axis.values:
        places = {value: (k + 0.5) / len(axis.values) for k, value in enumerate(axis.values)}
        return np.array([places[value] for value in values.tolist()])
    low, high, array = axis.low, axis.high, values.astype(np.float64)
    if declarations()[axis.name].type == "integer":
        return (array - low + 0.5) / (high - low + 1.0)
    if axis.logarithmic:
        low, high, array = np.log(low), np.log(high), np.log(array)
    quantile: Floats = (array - low) / (high - low)
    return quantile


class Proposal(NamedTuple):
    """A normal law over some parameters, cut at the ends of their priors; the others are even.

    Attributes
    ----------
    shaped
        Positions of the parameters that it shapes.
    centre, covariance
        Of their quantiles.
    inside
        Share of the normal law that lies within the prior.
    """

    shaped: NDArray[np.int64]
    centre: Floats
    covariance: Floats
    inside: float

    def density(self, quantiles: Floats) -> Floats:
        """Return the density, one per row of points of the unit cube, relative to the prior."""
        if not len(self.shaped):
            return np.ones(len(quantiles))
        law = multivariate_normal(self.centre, self.covariance)
        found: Floats = np.atleast_1d(law.pdf(quantiles[:, self.shaped])) / self.inside
        return found

    def as_lists(self) -> list[Any]:
        """Return it as plain lists, rounded beyond what decides anything."""
        arrays = (self.shaped, self.centre.round(DIGITS), self.covariance.round(DIGITS))
        return [array.tolist() for array in arrays]


def aimed(quantiles: Floats, weights: Floats, distances: Floats) -> Proposal:
    """Return the proposal that is right where outcomes follow parameters in straight lines.

    Distances from the targets are regressed on the parameters. With lines for the model, a wide normal law
    for the prior and the error model for the targets the posterior is normal, in whatever directions the
    data speak. Only where draws are put rests on this; what counts is what they turn out to give.

    Parameters
    ----------
    distances
        Of outcomes from targets in standard deviations, shape (rows, targets).
    """
    d = quantiles.shape[1]
    design = np.column_stack([np.ones(len(distances)), quantiles - MIDDLE])
    root = np.sqrt(weights)[:, None]
    lines, *_ = np.linalg.lstsq(design * root, distances * root, rcond=None)
    chance = weights @ (distances - design @ lines) ** 2
    pull = (lines[1:] / (1.0 + chance)) @ lines[1:].T
    covariance = np.linalg.inv(pull + np.eye(d) / WIDE_SD**2)
    centre = MIDDLE - covariance @ (lines[1:] / (1.0 + chance)) @ lines[0]
    return _normalised(Proposal(np.arange(d), centre, WIDER * covariance, 1.0), VOLUME_POINTS_AIMED)


def proposal_of(quantiles: Floats, weights: Floats) -> Proposal:
    """Return the proposal that fits weighted rows.

    The covariance is drawn towards that of the prior, the more the fewer rows carry the weight: a handful of
    rows in many dimensions lies in a plane, and a law must not be flatter than what is known.
    """
    n_effective = 1.0 / np.sum(weights**2)
    centre = weights @ quantiles
    apart = quantiles - centre
    covariance = (apart * weights[:, None]).T @ apart / max(1.0 - 1.0 / n_effective, LEAST)
    shaped = np.flatnonzero(np.diag(covariance) < (1.0 - SAYS_SOMETHING) * UNIFORM_VARIANCE)
    towards_prior = len(shaped) / (len(shaped) + n_effective)
    part = (1.0 - towards_prior) * covariance[np.ix_(shaped, shaped)]
    part = WIDER * (part + towards_prior * UNIFORM_VARIANCE * np.eye(len(shaped)))
    return _normalised(Proposal(shaped, centre[shaped], part, 1.0), VOLUME_POINTS)


def _normalised(proposal: Proposal, n: int) -> Proposal:
    if not len(proposal.shaped):
        return proposal
    points = _normal_points(proposal, n, seed=0)
    return proposal._replace(inside=float(_in_cube(points).mean()))


def _normal_points(proposal: Proposal, n: int, seed: int) -> Floats:
    law = qmc.MultivariateNormalQMC(proposal.centre, proposal.covariance, rng=np.random.default_rng(seed))
    points: Floats = law.random(n)
    return points


def _in_cube(points: Floats) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = ((points >= 0.0) & (points <= 1.0)).all(axis=1)
    return inside


def proposed(proposal: Proposal, axes: Sequence[Axis], rows: int, seed: int) -> Rows:
    """Return draws from a proposal: scrambled Sobol' points, those beyond the prior left out."""
    evenly = qmc.Sobol(len(axes), rng=np.random.default_rng(seed))
    normal = (
        qmc.MultivariateNormalQMC(proposal.centre, proposal.covariance, rng=np.random.default_rng(seed + 1))
        if len(proposal.shaped)
        else None
    )

    def inside() -> Rows:
        while True:
            points = evenly.random(POINTS_AT_ONCE)
            if normal is not None:
                points[:, proposal.shaped] = normal.random(POINTS_AT_ONCE)
            for point in points[_in_cube(points)]:
                yield {axis.name: axis.at(float(q)) for axis, q in zip(axes, point, strict=True)}

    yield from itertools.islice(inside(), rows)
