"""Where a draw lies in its prior, and regions of the prior that are worth more draws."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import qmc

from experiments.draws import Axis, Rows
from model.declarations import declarations
from results.measures.ratios import Floats

WIDER, HELD_SHARE = 1.1, 0.99
"""A region reaches this much further than the radius that holds this share of the weight."""
POINTS_AT_ONCE = 1 << 14
VOLUME_POINTS = 1 << 17
UNIFORM_VARIANCE = 1.0 / 12.0


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


class Region(NamedTuple):
    """An ellipsoid in the unit cube of quantiles.

    Attributes
    ----------
    centre, inverse
        Weighted mean, and the inverse of the covariance.
    radius
        In Mahalanobis distance.
    volume
        Share of the cube that it takes.
    """

    centre: Floats
    inverse: Floats
    radius: float
    volume: float

    def contains(self, quantiles: Floats) -> Floats:
        """Return 1 for points inside and 0 for others."""
        inside: Floats = (distances(quantiles, self.centre, self.inverse) <= self.radius).astype(np.float64)
        return inside

    def as_lists(self) -> list[Any]:
        """Return it as plain lists, rounded beyond what decides anything."""
        return [self.centre.round(12).tolist(), self.inverse.round(9).tolist(), round(self.radius, 12)]


def distances(quantiles: Floats, centre: Floats, inverse: Floats) -> Floats:
    """Return Mahalanobis distances of points from a centre."""
    apart = quantiles - centre
    found: Floats = np.sqrt(np.einsum("ij,jk,ik->i", apart, inverse, apart))
    return found


def region_of(quantiles: Floats, weights: Floats) -> Region:
    """Return the region that holds nearly all of the weight, somewhat widened.

    The covariance is drawn towards that of the prior, the more the fewer rows carry the weight: a handful of
    rows in many dimensions lies in a plane, and a region must not be flatter than what is known.
    """
    n_effective = 1.0 / np.sum(weights**2)
    d = quantiles.shape[1]
    centre = weights @ quantiles
    apart = quantiles - centre
    towards_prior = d / (d + n_effective)
    covariance = (1.0 - towards_prior) * (apart * weights[:, None]).T @ apart
    covariance += towards_prior * UNIFORM_VARIANCE * np.eye(d)
    inverse = np.linalg.inv(covariance)
    found = distances(quantiles, centre, inverse)
    order = np.argsort(found)
    reach = int(np.searchsorted(np.cumsum(weights[order]), HELD_SHARE))
    region = Region(centre, inverse, WIDER * float(found[order[min(reach, len(order) - 1)]]), 1.0)
    return region._replace(volume=_volume(region))


def _volume(region: Region) -> float:
    box = _box(region)
    points = _sobol_in(box, VOLUME_POINTS, seed=0)
    return float(np.prod(box[1] - box[0]) * region.contains(points).mean())


def _box(region: Region) -> tuple[Floats, Floats]:
    """Return the smallest box within the cube that holds the region."""
    reach = region.radius * np.sqrt(np.diag(np.linalg.inv(region.inverse)))
    return np.maximum(region.centre - reach, 0.0), np.minimum(region.centre + reach, 1.0)


def _sobol_in(box: tuple[Floats, Floats], n: int, seed: int) -> Floats:
    points: Floats = qmc.Sobol(len(box[0]), rng=np.random.default_rng(seed)).random(n)
    return box[0] + points * (box[1] - box[0])


def draws_within(region: Region, axes: Sequence[Axis], rows: int, seed: int) -> Rows:
    """Return draws of the prior within a region: scrambled Sobol' points of its box that lie inside."""
    low, high = _box(region)
    sampler = qmc.Sobol(len(axes), rng=np.random.default_rng(seed))

    def inside() -> Rows:
        while True:
            points = low + sampler.random(POINTS_AT_ONCE) * (high - low)
            for point in points[region.contains(points) > 0.0]:
                yield {axis.name: axis.at(float(q)) for axis, q in zip(axes, point, strict=True)}

    yield from itertools.islice(inside(), rows)
