"""Inequality of an outcome along the wealth rank: Erreygers, concentration, slope and relative index.

Everything works on *grouped* data: for each wealth bin, poorest first, a denominator d (children, spells or
child-months) and a numerator n (those of them with the outcome, or the sum of the outcome). The engine keeps
100 bins, the percentile of the household within its county, because five groups bias the indices towards zero
(Clarke & Van Ourti 2010). Individual data are grouped by `grouped` first: people with the same wealth share
one rank, so no information is lost.

The rank of a bin is its ridit, the share of people poorer than it plus *half* of its own share. Then the
mean rank is exactly ½ and cov(outcome, rank) = Σ n(R − ½)/Σ d, from which all four indices follow. A positive
index means that the better-off have more of the outcome.

All functions take arrays of shape (..., bins), work along the last axis and return shape (...), NaN where the
index is not defined.

Sources: Wagstaff, Paci & van Doorslaer 1991; Lerman & Yitzhaki 1989 (weighted ranks); Kakwani, Wagstaff &
van Doorslaer 1997 (grouped data); Erreygers 2009; Mackenbach & Kunst 1997 (slope and relative index).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from results.measures.ratios import Floats, Ratio, counts, divide

HALF = 0.5
ERREYGERS_SCALE = 8.0  # 4 · mean/(high − low) times the concentration index, 2 · cov/mean
TOLERANCE = 1e-9  # rounding allowed when an outcome is checked against its bounds


class Inequality(NamedTuple):
    """The indices of one outcome, each of shape (...), with the totals they were taken from."""

    total: Ratio
    erreygers: Floats
    concentration: Floats
    slope: Floats
    relative: Floats


class Grouped(NamedTuple):
    """Individual data by equal wealth, in any unit: arrays of shape (levels,), poorest level first."""

    levels: NDArray
    numerators: Floats
    denominators: Floats


def grouped(outcome: ArrayLike, wealth: ArrayLike, weights: ArrayLike | None = None) -> Grouped:
    """Return individual data as numerators and denominators by level of wealth.

    Parameters
    ----------
    outcome
        Shape (people,): 0/1 or an amount per person.
    wealth
        Shape (people,): anything that orders people from poor to rich; equal values are ties.
    weights
        Shape (people,): how many people a row stands for; 1 by default.

    Raises
    ------
    ValueError
        If the shapes differ, a value is NaN or a weight is negative.
    """
    values, order = np.asarray(outcome, dtype=np.float64), np.asarray(wealth)
    weight = np.ones_like(values) if weights is None else np.asarray(weights, dtype=np.float64)
    if values.ndim != 1 or values.shape != order.shape or values.shape != weight.shape:
        raise ValueError(
            f"one row per person: shapes {values.shape}, {order.shape} and {weight.shape} differ"
        )
    if np.isnan(values).any() or (order != order).any() or not (weight >= 0).all():
        raise ValueError("outcome and wealth must be known for everybody, and weights zero or more")
    levels, level_of = np.unique(order, return_inverse=True)
    numerators = np.bincount(level_of, weights=weight * values, minlength=len(levels))
    return Grouped(levels, numerators, np.bincount(level_of, weights=weight, minlength=len(levels)))


def ridit_ranks(denominators: ArrayLike) -> Floats:
    """Return the rank of each bin, shape (..., bins): the share below it plus half its own share.

    NaN where nobody is in any bin. The mean over people is ½ whatever the sizes of the bins.
    """
    sizes = counts(denominators, "denominators")
    total = sizes.sum(axis=-1, keepdims=True)
    return divide(np.cumsum(sizes, axis=-1) - HALF * sizes, total)


def inequality(
    numerators: ArrayLike, denominators: ArrayLike, low: float = 0.0, high: float = 1.0
) -> Inequality:
    """Return all four indices of an outcome bounded by ``low`` and ``high``; see the single functions."""
    parts = _moments(numerators, denominators)
    return Inequality(
        total=parts.total,
        erreygers=erreygers_index(numerators, denominators, low, high),
        concentration=concentration_index(numerators, denominators),
        slope=slope_index(numerators, denominators),
        relative=relative_index(numerators, denominators),
    )


def erreygers_index(
    numerators: ArrayLike, denominators: ArrayLike, low: float = 0.0, high: float = 1.0
) -> Floats:
    """Return Erreygers' corrected concentration index, 8·cov(outcome, rank)/(high − low), from −1 to 1.

    The primary index, because coverage is bounded: it gives the same inequality, with the opposite sign, for
    being served and for not being served, and does not change when the mean does while gaps stay.

    Raises
    ------
    ValueError
        If the mean outcome of a bin lies outside [low, high]: the index is for bounded outcomes only.
    """
    if not low < high:
        raise ValueError(f"the lower bound {low} must be below the upper bound {high}")
    top, sizes = np.asarray(numerators, dtype=np.float64), counts(denominators, "denominators")
    slack = TOLERANCE * (1.0 + np.abs(top))
    if ((top < low * sizes - slack) | (top > high * sizes + slack)).any():
        raise ValueError(
            f"an outcome lies outside [{low}, {high}]: numerators must lie within bounds × denominators"
        )
    return ERREYGERS_SCALE * _moments(top, sizes).covariance / (high - low)


def concentration_index(numerators: ArrayLike, denominators: ArrayLike) -> Floats:
    """Return the concentration index, 2·cov(outcome, rank)/mean: NaN where the mean is zero.

    A relative index: it depends on whether having or lacking the outcome is counted, so it stands beside
    Erreygers' index for comparison with the literature, and alone for unbounded outcomes such as months
    waited.
    """
    parts = _moments(numerators, denominators)
    return divide(2.0 * parts.covariance, parts.total.value)


def slope_index(numerators: ArrayLike, denominators: ArrayLike) -> Floats:
    """Return the slope index of inequality: fitted outcome of the richest minus that of the poorest, (...,).

    The slope of the regression of the outcome on the rank, weighted by people: the absolute gap between the
    two ends of the scale, in units of the outcome. NaN where everybody has the same rank.
    """
    parts = _moments(numerators, denominators)
    return divide(parts.covariance, parts.rank_variance)


def relative_index(numerators: ArrayLike, denominators: ArrayLike) -> Floats:
    """Return the relative index of inequality: fitted outcome of the richest ÷ that of the poorest, (...,).

    The ratio of Mackenbach & Kunst (1997). The other form in use, slope ÷ mean, is close to six times the
    concentration index and is not reported twice. NaN where the line fitted to a bounded outcome falls to
    zero or below at either end: a ratio would mean nothing there.
    """
    parts = _moments(numerators, denominators)
    mean = parts.total.value
    reach = HALF * divide(parts.covariance, parts.rank_variance)
    richest, poorest = mean + reach, mean - reach
    usable = (richest > 0) & (poorest > TOLERANCE * np.abs(mean))
    return np.where(usable, divide(richest, np.where(usable, poorest, 0.0)), np.nan)[()]


class _Moments(NamedTuple):
    total: Ratio
    covariance: Floats  # of outcome and rank
    rank_variance: Floats


def _moments(numerators: ArrayLike, denominators: ArrayLike) -> _Moments:
    """Return totals and moments over people, shape (...) each, of bins of shape (..., bins)."""
    top, sizes = np.asarray(numerators, dtype=np.float64), counts(denominators, "denominators")
    if top.shape != sizes.shape:
        raise ValueError(f"numerators {top.shape} and denominators {sizes.shape} must have the same shape")
    if np.isnan(top).any() or (top[sizes == 0] != 0).any():
        raise ValueError("a bin without people must have a numerator of zero, and no numerator may be NaN")
    total = Ratio(top.sum(axis=-1), sizes.sum(axis=-1))
    from_middle = np.nan_to_num(ridit_ranks(sizes) - HALF)
    # people's ranks average ½, so the mean outcome drops out of the covariance
    covariance = divide((top * from_middle).sum(axis=-1), total.denominator)
    return _Moments(total, covariance, divide((sizes * from_middle**2).sum(axis=-1), total.denominator))
