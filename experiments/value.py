"""What it would be worth to know: the value of information by regression (Strong, Oakley & Brennan 2014).

A choice is made by the mean of an outcome. Knowing a parameter before choosing lets one choose anew for each
of its values; how much better the outcome is then on average is what knowing is worth, in units of the
outcome. The mean of each strategy given the parameter is a regression spline of the draws.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from experiments.indices import Z, among
from results.measures.ratios import Floats

MOST_KNOTS, DEGREE = 4, 3
RESAMPLES = 200
LEAST = 1e-9
"""Less than this is rounding."""


class Worth(NamedTuple):
    """Value of knowing a parameter, in the outcome's unit, and what one that does nothing seems worth."""

    value: float
    low: float
    high: float
    noise: float

    @property
    def clear(self) -> bool:
        """Whether it is more than a parameter that does nothing would seem worth."""
        return self.value > max(self.noise, LEAST)


def worth_of(x: Floats, benefit: Floats, n_parameters: int = 1, seed: int = 0) -> Worth:
    """Return the value of knowing one parameter before choosing.

    Parameters
    ----------
    x
        Values of the parameter, shape (draws,).
    benefit
        What every strategy yields, more being better; shape (draws, strategies).
    n_parameters
        Of how many that are looked at it is one; the noise is that of the strongest of them.
    """
    rng = np.random.default_rng(seed)
    basis = _basis(x, benefit)
    n = len(x)
    value = _gain_of(_fit(basis, benefit))
    again = [
        _gain_of(_fit(basis, benefit, times), times)
        for times in rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    ]
    shuffled = [_gain_of(_fit(basis[rng.permutation(n)], benefit)) for _ in range(RESAMPLES)]
    half = Z * float(np.std(again, ddof=1))
    return Worth(value, max(value - half, 0.0), value + half, among(shuffled, n_parameters))


def worth_of_all(benefit: Floats) -> float:
    """Return the value of knowing all that is drawn, with the chance that is left in the means of draws."""
    return _gain_of(benefit)


def _gain_of(means: Floats, times: NDArray[np.int64] | None = None) -> float:
    """Return how much choosing draw by draw gains over one choice for all; ``times`` each draw counts."""
    every = np.average(means.max(axis=1), weights=times)
    return max(float(every - np.average(means, axis=0, weights=times).max()), 0.0)


def _fit(basis: Floats, benefit: Floats, times: NDArray[np.int64] | None = None) -> Floats:
    """Return the mean of each strategy given the parameter, at every draw; least squares with weights."""
    weighted = basis.T if times is None else basis.T * times
    fitted: Floats = basis @ (np.linalg.pinv(weighted @ basis, hermitian=True) @ (weighted @ benefit))
    return fitted


def _basis(x: Floats, benefit: Floats) -> Floats:
    """Return a spline basis with knots by generalised cross-validation, or steps of few values."""
    values = np.unique(x)
    if len(values) <= DEGREE + 2:
        steps: Floats = (x[:, None] == values).astype(np.float64)
        return steps
    candidates = [np.column_stack([np.ones(len(x)), x - x.mean()])]
    candidates += [_splines(x, knots) for knots in range(MOST_KNOTS + 1)]
    return min(candidates, key=lambda basis: _cross_validation(basis, benefit))


def _splines(x: Floats, knots: int) -> Floats:
    inner = np.quantile(x, np.linspace(0, 1, knots + 2)[1:-1])
    ends = [x.min()] * (DEGREE + 1), [x.max()] * (DEGREE + 1)
    basis: Floats = BSpline.design_matrix(x, np.concatenate([ends[0], inner, ends[1]]), DEGREE).toarray()
    return basis


def _cross_validation(basis: Floats, benefit: Floats) -> float:
    """Return the error of prediction that is to be expected, over all differences between strategies."""
    n, k = basis.shape
    apart = benefit - benefit.mean(axis=1, keepdims=True)
    left = apart - _fit(basis, apart)
    return float((left**2).sum() / n / (1 - k / n) ** 2)
