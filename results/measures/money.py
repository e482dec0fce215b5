"""Money: present values, cost per additional result, net benefit.

A ratio of two uncertain differences is meaningless where the lower one may be zero: its sign flips and its
interval is the whole line. So a cost per additional result is given only where the extra effect is clear of
zero, with Fieller's interval, which is bounded exactly then. Elsewhere the plane, the net benefit at a stated
value and the acceptability curve say what can be said.

Amounts are in real yuan. Sources: Fieller 1954; Stinnett & Mullahy 1998 (net benefit); Fenwick, Claxton &
Sculpher 2001 (acceptability); Sanders et al. 2016 (3 % discounting of costs and effects, with 0 and 5 %).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from results.measures.intervals import CONFIDENCE, Interval, t_interval
from results.measures.ratios import Floats, Ratio, amounts, ratio

MONTHS_PER_YEAR = 12
FEN_PER_YUAN = 100
DISCOUNT_RATE = 0.03
DISCOUNT_RATES = (0.0, 0.03, 0.05)

# Where a strategy lies on the plane of extra cost against extra effect; keys of the wording.
RATIO_GIVEN, DOMINATES, DOMINATED, EFFECT_NOT_CLEAR = "ratio", "dominates", "dominated", "effect_not_clear"
PLACES = (RATIO_GIVEN, DOMINATES, DOMINATED, EFFECT_NOT_CLEAR)


class CostEffectiveness(NamedTuple):
    """Extra cost and effect of a strategy over a reference, and their ratio where it means something.

    ``ratio`` is None unless ``place`` is ``"ratio"``. Where the effect is clear of zero *below* and money is
    saved, the ratio is yuan saved per child no longer served: then higher is better.
    """

    extra_yuan: Interval
    extra_effect: Interval
    ratio: Interval | None
    place: str


def discount_factors(n_months: int, rate: float = DISCOUNT_RATE, base_month: int = 0) -> Floats:
    """Return the factor of each month, shape (n_months,): (1 + rate) to the power −(months after base ÷ 12).

    Effects are discounted at the same rate as costs. Months before the base are compounded.

    Raises
    ------
    ValueError
        If the rate is −1 or less.
    """
    if rate <= -1:
        raise ValueError(f"a yearly rate must be above −1, not {rate}")
    return (1.0 + rate) ** (-(np.arange(n_months) - base_month) / MONTHS_PER_YEAR)


def present_value(per_month: ArrayLike, rate: float = DISCOUNT_RATE, base_month: int = 0) -> Floats:
    """Return the discounted sum of amounts or effects of shape (..., months) → (...)."""
    flow = np.asarray(per_month, dtype=np.float64)
    return flow @ discount_factors(flow.shape[-1], rate, base_month)


def yuan_by_year(fen_per_month: ArrayLike, years: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """Return (years, yuan): amounts of shape (..., months) added up by calendar year, (..., years).

    Parameters
    ----------
    fen_per_month
        Integers, in fen; any leading axes (category, payer, county). Sums are exact before the division.
    years
        Calendar year of each month, shape (months,).

    Raises
    ------
    ValueError
        If amounts are no integers, or years do not fit them.
    """
    fen, year_of = np.asarray(fen_per_month), np.asarray(years)
    if not np.issubdtype(fen.dtype, np.integer) or fen.shape[-1:] != year_of.shape:
        raise ValueError(
            f"one integer amount of fen per month: {fen.dtype} of shape {fen.shape}, years {year_of.shape}"
        )
    distinct, position = np.unique(year_of, return_inverse=True)
    in_year = (position[:, np.newaxis] == np.arange(len(distinct))).astype(np.int64)
    return distinct, (fen.astype(np.int64) @ in_year) / FEN_PER_YUAN


def recurrent_per_child_year(recurrent_yuan: ArrayLike, child_months: ArrayLike) -> Ratio:
    """Return recurrent yuan over child-years: what it costs to keep going, without start-up."""
    return ratio(recurrent_yuan, amounts(child_months, "child_months") / MONTHS_PER_YEAR)


def cost_effectiveness(
    extra_yuan: ArrayLike, extra_effect: ArrayLike, confidence: float = CONFIDENCE
) -> CostEffectiveness:
    """Return the cost per additional unit of effect, where it can be known.

    Parameters
    ----------
    extra_yuan, extra_effect
        Shape (replications,), paired: strategy minus reference, discounted alike. The effect is counted so
        that more is better: children served, or unmet child-months averted.
    """
    yuan, effect = _paired(extra_yuan, extra_effect)
    cost_interval, effect_interval = t_interval(yuan, confidence), t_interval(effect, confidence)
    if not effect_interval.clear_of_zero:
        return CostEffectiveness(cost_interval, effect_interval, None, EFFECT_NOT_CLEAR)
    if cost_interval.clear_of_zero and (cost_interval.low > 0) != (effect_interval.low > 0):
        place = DOMINATES if effect_interval.low > 0 else DOMINATED
        return CostEffectiveness(cost_interval, effect_interval, None, place)
    return CostEffectiveness(cost_interval, effect_interval, fieller(yuan, effect, confidence), RATIO_GIVEN)


def fieller(numerator: ArrayLike, denominator: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the ratio of means with Fieller's interval; shapes (replications,), paired, in any two units.

    Raises
    ------
    ValueError
        If the mean of the denominator is not clear of zero: the interval would be unbounded.
    """
    top, bottom = _paired(numerator, denominator)
    n = len(top)
    if not t_interval(bottom, confidence).clear_of_zero:
        raise ValueError("the denominator is not clear of zero: there is no bounded interval for the ratio")
    t_squared = stats.t.ppf((1 + confidence) / 2, n - 1) ** 2
    (top_variance, covariance), (_, bottom_variance) = np.cov(top, bottom) / n
    top_mean, bottom_mean = float(top.mean()), float(bottom.mean())
    # roots of a·r² − 2b·r + c = 0, the ratios r for which top − r·bottom cannot be told from zero
    a = bottom_mean**2 - t_squared * bottom_variance
    b = top_mean * bottom_mean - t_squared * covariance
    c = top_mean**2 - t_squared * top_variance
    spread = np.sqrt(max(b * b - a * c, 0.0))
    return Interval(top_mean / bottom_mean, float((b - spread) / a), float((b + spread) / a), n, confidence)


def net_benefit(yuan: ArrayLike, effect: ArrayLike, yuan_per_effect: ArrayLike) -> Floats:
    """Return effect × value − cost in yuan: values of shape (v,) and rows of shape (...) give (v, ...).

    ``yuan_per_effect`` is what the planner would pay for one more unit of effect; a scalar adds no axis.
    """
    value = np.asarray(yuan_per_effect, dtype=np.float64)
    return np.multiply.outer(value, np.asarray(effect, dtype=np.float64)) - np.asarray(yuan, dtype=np.float64)


def acceptability(yuan: ArrayLike, effect: ArrayLike, yuan_per_effect: ArrayLike) -> Floats:
    """Return the share of draws in which each strategy is best, shape (values, strategies).

    Best is the highest net benefit at a given value of one more unit of effect.

    Parameters
    ----------
    yuan, effect
        Shape (draws, strategies): cost and effect of every strategy under the same draw. Average over
        replications first, so that the shares speak about what we do not know and not about chance. For one
        strategy against a reference give both, or the differences and a column of zeros.
    yuan_per_effect
        Shape (values,).

    Returns
    -------
    ndarray
        Rows add up to 1; strategies that are equally good share a draw.

    Raises
    ------
    ValueError
        If shapes differ or values are unknown.
    """
    costs, effects = np.asarray(yuan, dtype=np.float64), np.asarray(effect, dtype=np.float64)
    if costs.shape != effects.shape or costs.ndim != 2 or np.isnan(costs).any() or np.isnan(effects).any():
        raise ValueError(
            f"cost and effect must be known and of shape (draws, strategies): {costs.shape}, {effects.shape}"
        )
    benefit = net_benefit(costs, effects, np.atleast_1d(yuan_per_effect))
    best = benefit == benefit.max(axis=-1, keepdims=True)
    return (best / best.sum(axis=-1, keepdims=True)).mean(axis=1)


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or np.isnan(a).any() or np.isnan(b).any():
        raise ValueError(f"replications must be known and paired one to one: shapes {a.shape} and {b.shape}")
    return a, b
