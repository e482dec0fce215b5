"""Approximate Bayesian computation on a bank: exact weights under the error models, and what they say.

A row counts with w ∝ exp(−½ Σ z²), z its distance from a target in standard deviations: the posterior under
that error model is exact, whatever the number of rows; more rows only lower its noise (Wilkinson 2013).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.bank import Bank
from calibration.targets import Target, standardised
from results.measures.ratios import Floats

LOW, HIGH = 0.05, 0.95
"""Ends of the 90 % interval."""
SMALL = 1e-12
CAUTION = 5.0
FLATTER = 0.5


class Fit(NamedTuple):
    """Weights of the rows of a bank, summing to 1, and how many rows they are worth."""

    weights: Floats
    effective: float


def fit(
    bank: Bank, targets: Sequence[Target], low: Floats | None = None, without: NDArray[np.int64] | None = None
) -> Fit:
    """Weigh the rows of a bank.

    Parameters
    ----------
    low
        Low ends of invented data on the scale of the error models; by default what was reported.
    without
        Rows that do not count, as the one that the data were invented from.
    """
    exponent = -0.5 * np.sum(standardised(targets, bank.values, low) ** 2, axis=1) - np.log(bank.density)
    if without is not None:
        exponent[without] = -np.inf
    return weighed(exponent)


def weighed(exponent: Floats) -> Fit:
    """Return weights from their logarithms; with no row at any finite distance none is effective."""
    top = exponent.max()
    if not np.isfinite(top):
        return Fit(np.full(len(exponent), 1.0 / len(exponent)), 0.0)
    weights = np.exp(exponent - top)
    weights /= weights.sum()
    return Fit(weights, float(1.0 / np.sum(weights**2)))


def prior_fit(bank: Bank) -> Fit:
    """Return the weights of the prior itself."""
    return weighed(-np.log(bank.density))


def mean_and_sd(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return weighted means and standard deviations over rows."""
    mean = weights @ values
    return mean, np.sqrt(np.maximum(weights @ (values - mean) ** 2, 0.0))


def weighted_quantile(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of one column under weights."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    found: Floats = values[order[np.minimum(np.searchsorted(upto, levels), len(order) - 1)]]
    return found


def contraction(bank: Bank, posterior: Fit) -> Floats:
    """Return by how much the data narrow every parameter: 1 − variance after ÷ variance before.

    The variance after is taken as if `CAUTION` more draws had come from the prior, so that a fit that rests
    on a handful of rows does not pass for one that knows.
    """
    _, after = mean_and_sd(bank.quantiles, posterior.weights)
    share = posterior.effective / (posterior.effective + CAUTION)
    found: Floats = share * (1.0 - after**2 / before_variance(bank))
    return found


def before_variance(bank: Bank) -> Floats:
    """Return the variance of every parameter's quantile under the prior."""
    _, before = mean_and_sd(bank.quantiles[: bank.n_first], np.full(bank.n_first, 1.0 / bank.n_first))
    return np.maximum(before**2, SMALL)


def resampled(weights: Floats, n: int, seed: int) -> NDArray[np.int64]:
    """Return rows drawn by weight, each as often as its weight asks for (systematic)."""
    begin = np.random.default_rng(seed).random()
    places = (begin + np.arange(n)) / n
    rows = np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
    return np.random.default_rng(seed + 1).permutation(rows)


def by_regression(bank: Bank, targets: Sequence[Target], power: float = FLATTER) -> Floats:
    """Return the posterior mean of every quantile by linear regression from a flatter fit of the same bank.

    Rows are weighed with the likelihood to a power below 1. What is left of it is a normal law of distances
    from the targets with a variance of 1 ÷ (1 − power); parameters follow distances by their covariance, in a
    straight line (after Beaumont et al. 2002, with the error of the targets).
    """
    distances = standardised(targets, bank.values)
    near = np.isfinite(distances).all(axis=1)
    distances, quantiles = distances[near], bank.quantiles[near]
    exponent = -0.5 * power * np.sum(distances**2, axis=1) - np.log(bank.density[near])
    weights = weighed(exponent).weights
    middle, away = weights @ quantiles, weights @ distances
    apart = (distances - away) * weights[:, None]
    together = apart.T @ (distances - away) + np.eye(len(targets)) / (1.0 - power)
    gain = np.linalg.solve(together, apart.T @ (quantiles - middle)).T
    return np.clip(middle - gain @ away, 0.0, 1.0)
