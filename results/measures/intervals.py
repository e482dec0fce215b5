"""How sure we are: paired differences over replications, their intervals, and how many replications it takes.

Replication k of two strategies shares its random numbers, so what matters is the difference within each
replication, not two bands side by side. Student's t serves means of differences.

A replication in which a measure is not defined (a median wait that was never reached) is NaN; it drops out
of the pair and is counted, never silently.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from results.measures.ratios import Floats

CONFIDENCE = 0.95
ENOUGH_REPLICATIONS = 30
PRECISION = 0.1  # half-width of the interval as a share of the effect
MOST_REPLICATIONS = 100_000

# Keys of the wording in the text catalogues.
HIGHER, LOWER, SAME = "higher", "lower", "same"
CANNOT_BE_TOLD_APART, TOO_FEW = "cannot_be_told_apart", "too_few_replications"
VERDICTS = (HIGHER, LOWER, SAME, CANNOT_BE_TOLD_APART, TOO_FEW)


class Interval(NamedTuple):
    """An estimate with the ends of its interval, in one unit, from ``n`` values; the ends are NaN below two.

    ``confidence`` is the share of such intervals that hold the truth.
    """

    estimate: float
    low: float
    high: float
    n: int
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Return half the width of the interval, in the unit of the estimate."""
        return (self.high - self.low) / 2

    @property
    def clear_of_zero(self) -> bool:
        """Return whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class PairedDifference:
    """One outcome under two strategies, replication by replication.

    Attributes
    ----------
    difference
        Mean of (strategy − reference) with its t interval, in units of the outcome.
    verdict
        One of `VERDICTS`: a key for the wording, to be read with ``difference.n``.
    n_undefined
        Pairs left out because the outcome was undefined in one of the two runs.
    variance_removed
        1 − Var(difference) ÷ (Var(strategy) + Var(reference)): what common random numbers removed of the
        variance that independent runs would have. Negative where pairing hurts, NaN where neither varies.
    """

    difference: Interval
    verdict: str
    n_undefined: int
    variance_removed: float


def t_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of independent values in one unit (shape (n,), NaN left out), Student's interval."""
    known = _known(values)
    n = len(known)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0, confidence)
    deviation = _deviation(known)
    mean = float(known.mean()) if deviation > 0 else float(known[0])  # a mean of equal values may round
    if n == 1:
        return Interval(mean, float("nan"), float("nan"), 1, confidence)
    half = _quantile(n, confidence) * deviation / sqrt(n)
    return Interval(mean, mean - half, mean + half, n, confidence)


def paired_difference(
    strategy: ArrayLike, reference: ArrayLike, confidence: float = CONFIDENCE
) -> PairedDifference:
    """Return strategy minus reference over replications that share random numbers, (replications,) each.

    Raises
    ------
    ValueError
        If the two shapes differ.
    """
    a, b = np.asarray(strategy, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"replications must be paired one to one: shapes {a.shape} and {b.shape}")
    defined = ~(np.isnan(a) | np.isnan(b))
    a, b = a[defined], b[defined]
    difference = t_interval(a - b, confidence)
    return PairedDifference(difference, verdict(difference), int((~defined).sum()), _variance_removed(a, b))


def verdict(difference: Interval) -> str:
    """Return the wording key for a difference with its interval.

    ``same`` means identical in every replication, which is more than not being told apart.
    """
    if difference.n < 2:
        return TOO_FEW
    if difference.low == difference.high == 0:
        return SAME
    if difference.clear_of_zero:
        return HIGHER if difference.low > 0 else LOWER
    return CANNOT_BE_TOLD_APART


def enough_replications(
    differences: ArrayLike,
    precision: float = PRECISION,
    at_least: int = ENOUGH_REPLICATIONS,
    confidence: float = CONFIDENCE,
) -> bool:
    """Return whether the half-width is under ``precision`` of the effect, after at least ``at_least``.

    The stopping rule of ``--replications auto`` (Chow & Robbins 1965). Differences that are all equal are
    enough: more of them would tell nothing. A rule on relative precision stops a little early by chance,
    hence the minimum.
    """
    interval = t_interval(differences, confidence)
    settled = interval.low == interval.high or interval.half_width < precision * abs(interval.estimate)
    return interval.n >= at_least and settled


def replications_needed(
    differences: ArrayLike,
    precision: float = PRECISION,
    at_least: int = ENOUGH_REPLICATIONS,
    confidence: float = CONFIDENCE,
    at_most: int = MOST_REPLICATIONS,
) -> int | None:
    """Return how many replications the rule of `enough_replications` will need, judged by those at hand.

    Returns
    -------
    int or None
        None where more than ``at_most`` would be needed, that is, where the effect is too near zero for its
        size ever to be known this well, or where fewer than two differences are known.
    """
    known = _known(differences)
    if len(known) < 2:
        return None
    mean, deviation = abs(float(known.mean())), _deviation(known)
    if deviation == 0:
        return at_least

    def enough(n: int) -> bool:
        return _quantile(n, confidence) * deviation / sqrt(n) < precision * mean

    low, high = max(at_least, 2), at_most
    if not enough(high):
        return None
    while low < high:  # the half-width falls with n, so the first n that is enough is found by halving
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


class VarianceShares(NamedTuple):
    """Where the variance of an outcome comes from; ``draws`` + ``replications`` = 1."""

    draws: float  # what we do not know: parameter draws
    replications: float  # chance


def variance_shares(values: ArrayLike, *, crossed: bool = False) -> VarianceShares:
    """Return the shares of variance between draws and between replications within a draw.

    Components of a balanced layout, so the chance that leaks into the means of draws is taken out;
    a negative component counts as zero. NaN where nothing varies.

    Parameters
    ----------
    values
        Shape (draws, replications), at least two of each, no NaN.
    crossed
        Whether replication k has the same seed in every draw. What a seed does to all draws alike is then no
        part of what leaks into their differences.

    Raises
    ------
    ValueError
        With fewer than two draws or replications, or unknown values.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or np.isnan(table).any():
        raise ValueError(
            f"values must be (draws, replications), two or more of each and known: {table.shape}"
        )
    within = float(table.var(axis=1, ddof=1).mean())
    leaked = within
    if crossed:
        apart = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
        leaked = float((apart**2).sum()) / ((table.shape[0] - 1) * (table.shape[1] - 1))
    between = max(float(table.mean(axis=1).var(ddof=1)) - leaked / table.shape[1], 0.0)
    total = within + between
    return (
        VarianceShares(between / total, within / total)
        if total > 0
        else VarianceShares(float("nan"), float("nan"))
    )


def _known(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"values must be flat, one per replication, not {array.shape}")
    return array[~np.isnan(array)]


def _deviation(values: Floats) -> float:
    """Return the standard deviation, exactly 0 where all values are equal."""
    return 0.0 if len(values) < 2 or (values == values[0]).all() else float(values.std(ddof=1))


def _quantile(n: int, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, n - 1))


def _variance_removed(a: Floats, b: Floats) -> float:
    if len(a) < 2:
        return float("nan")
    apart = _deviation(a) ** 2 + _deviation(b) ** 2
    removed = 1.0 - _deviation(a - b) ** 2 / apart if apart > 0 else float("nan")
    return removed if isfinite(removed) else float("nan")
