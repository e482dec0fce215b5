"""Gates of a calibration: can targets be met, is the fit right, did it learn anything, does it hold afresh.

No gate is enough alone. A fit that returns the prior passes simulation-based calibration; one that is far too
sure of itself narrows every parameter. Together they catch both.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import kstest

from calibration.bank import Bank
from calibration.targets import Target, ends
from calibration.weighing import (
    HIGH,
    LOW,
    Fit,
    by_regression,
    contraction,
    fit,
    mean_and_sd,
    prior_fit,
    weighted_quantile,
)
from results.measures.ratios import Floats

FEASIBLE = (0.01, 0.99)
ENOUGH_EFFECTIVE = 200
ENOUGH_FOR_TRUTH = 50
"""Rows that the fit to invented data must be worth for its ranks to be sharp."""
TRUTHS = 200
MOST_DISTANCE = 0.122
"""Of ranks from uniform (Kolmogorov–Smirnov): one in two hundred right fits of 200 truths exceeds it."""
COVERAGE = (0.84, 0.95)
LEARNT = 0.3
"""Contraction from which on the data are said to have taught something about a parameter."""
MOST_SHIFT = 0.5
"""Of a mean by regression, in posterior standard deviations."""


class Feasible(NamedTuple):
    """Whether the prior can make what was reported: its 1 % and 99 % quantiles of reports."""

    name: str
    low: float
    high: float
    is_met: bool


class Gate(NamedTuple):
    """One check: what was found, the limit in the same unit, and whether it holds."""

    name: str
    value: float
    limit: float
    passed: bool


class Ranks(NamedTuple):
    """Where true parameters lie in their own posteriors.

    Attributes
    ----------
    ranks
        Posterior probability below the truth, shape (truths, parameters); uniform if fits are right.
    effective
        How many draws each fit was worth.
    n_left_out
        Truths whose data the bank is too sparse for. They are left out by their data, not by the truth, so
        ranks of the others stay uniform.
    """

    ranks: Floats
    effective: Floats
    n_left_out: int


def invented(targets: Sequence[Target], values: Floats, seed: int) -> Floats:
    """Return reports that the error models would make of outcomes: low ends on their scales.

    The kernel of a target with a low and a high end is flat between them; as a law of the report it is a
    mixture of a uniform part and two halves of a normal one (docs/calibration.md).

    Parameters
    ----------
    values
        Outcomes, shape (runs, targets).
    """
    generator = np.random.default_rng(seed)
    _, width = ends(targets)
    made = np.empty_like(values)
    for k, target in enumerate(targets):
        scaled, n = target.scaled(values[:, k]), len(values)
        flat = width[k] / (width[k] + target.sd * np.sqrt(2.0 * np.pi))
        tail = np.abs(generator.normal(size=n)) * target.sd
        above = generator.random(n) < 0.5
        outside = np.where(above, scaled + tail, scaled - width[k] - tail)
        inside = scaled - generator.random(n) * width[k]
        made[:, k] = np.where(generator.random(n) < flat, inside, outside)
    return made


def feasibility(targets: Sequence[Target], bank: Bank, seed: int = 1) -> list[Feasible]:
    """Return for every target whether what was reported lies within the prior's range of reports."""
    reports = invented(targets, bank.values, seed)
    weights = prior_fit(bank).weights
    reported, width = ends(targets)
    found = []
    for k, target in enumerate(targets):
        low, high = weighted_quantile(reports[:, k], weights, FEASIBLE)
        is_met = bool(low <= reported[k] <= high)
        bounds = target.unscaled([low, high + width[k]])
        found.append(Feasible(target.name, float(bounds[0]), float(bounds[1]), is_met))
    return found


def true_rows(
    bank: Bank, rows: Sequence[int], law: Floats, targets: Sequence[Target], seed: int = 1
) -> Ranks:
    """Fit reports invented from rows of a bank, each without its own row, and rank the true parameters.

    Parameters
    ----------
    rows
        Drawn from the law that is the prior of these fits; `TRUTHS` of them are used.
    law
        Density of that law at every row, relative to the prior of the bank.
    """
    reports = invented(targets, bank.values, seed)
    generator = np.random.default_rng(seed)
    bank = bank._replace(density=bank.density / law)
    ranks: list[Floats] = []
    effective: list[float] = []
    left_out = 0
    for row in rows:
        if len(ranks) == TRUTHS:
            break
        found = fit(bank, targets, reports[row], np.array([row]))
        if found.effective < ENOUGH_FOR_TRUTH:
            left_out += 1
            continue
        ties = np.asarray(generator.random(bank.quantiles.shape[1]))
        ranks.append(rank_of(bank.quantiles, found.weights, row, ties))
        effective.append(found.effective)
    return Ranks(np.array(ranks), np.array(effective), left_out)


def rank_of(quantiles: Floats, weights: Floats, row: int, ties: Floats) -> Floats:
    """Return the weight below a row's parameters, with a random part of the weight at equal values."""
    below = weights @ (quantiles < quantiles[row])
    equal = weights @ (quantiles == quantiles[row])
    rank: Floats = below + ties * equal
    return rank


def distance_and_coverage(ranks: Floats) -> tuple[Floats, Floats]:
    """Return for every parameter the distance of ranks from uniform, and how often 90 % intervals held."""
    distance = np.array([kstest(column, "uniform").statistic for column in ranks.T])
    covered = ((ranks >= LOW) & (ranks <= HIGH)).mean(axis=0)
    return distance, covered


def calibration_gates(found: Ranks, n_fitted: int) -> list[Gate]:
    """Return the gates of simulation-based calibration, each for the worst of the fitted parameters."""
    if not len(found.ranks):
        return [Gate("truths", 0.0, float(TRUTHS), passed=False)]
    distance, covered = distance_and_coverage(found.ranks[:, :n_fitted])
    middle = sum(COVERAGE) / len(COVERAGE)
    worst = float(covered[np.argmax(np.abs(covered - middle))])
    return [
        Gate("truths", float(len(found.ranks)), float(TRUTHS), len(found.ranks) >= TRUTHS),
        Gate("distance", float(distance.max()), MOST_DISTANCE, bool(distance.max() < MOST_DISTANCE)),
        Gate("coverage", worst, COVERAGE[int(worst > middle)], COVERAGE[0] <= worst <= COVERAGE[1]),
    ]


def learning_gates(bank: Bank, targets: Sequence[Target], posterior: Fit, n_fitted: int) -> list[Gate]:
    """Return the gates on what a fit rests on and whether it learnt: the first columns are those fitted."""
    narrowed = float(contraction(bank, posterior)[:n_fitted].max())
    mean, sd = mean_and_sd(bank.quantiles, posterior.weights)
    adjusted = by_regression(bank, targets)
    shift = float(np.max(np.abs(adjusted - mean) / np.maximum(sd, np.finfo(float).tiny)))
    effective = posterior.effective
    return [
        Gate("effective", effective, float(ENOUGH_EFFECTIVE), effective >= ENOUGH_EFFECTIVE),
        Gate("learnt", narrowed, LEARNT, narrowed >= LEARNT),
        Gate("regression", shift, MOST_SHIFT, shift <= MOST_SHIFT),
    ]
