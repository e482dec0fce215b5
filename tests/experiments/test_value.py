"""The value of information against choices in which it is known."""

import numpy as np
import pytest
from scipy import stats

from experiments.value import worth_of, worth_of_all

rng = np.random.default_rng(8)
N = 4_000
X, OTHER = rng.standard_normal(N), rng.standard_normal(N)


def unit_loss(mean, deviation):
    """Mean of what is above zero of a normal number (Raiffa & Schlaifer 1961)."""
    z = mean / deviation
    return mean * stats.norm.cdf(z) + deviation * stats.norm.pdf(z)


@pytest.mark.theory
def test_knowing_one_of_two_normal_parts_is_worth_what_the_formula_says():
    benefit = np.column_stack([np.zeros(N), 0.2 + X + 0.5 * OTHER])
    known = worth_of(X, benefit)
    assert known.value == pytest.approx(unit_loss(0.2, 1.0) - 0.2, abs=0.03)
    assert known.low <= unit_loss(0.2, 1.0) - 0.2 <= known.high
    assert known.clear
    assert worth_of(OTHER, benefit).value == pytest.approx(unit_loss(0.2, 0.5) - 0.2, abs=0.03)
    assert worth_of_all(benefit) == pytest.approx(unit_loss(0.2, np.sqrt(1.25)) - 0.2, abs=0.04)


@pytest.mark.theory
def test_a_bent_benefit_is_followed():
    benefit = np.column_stack([np.zeros(N), X**2 - 1])
    expected = 2 * stats.norm.pdf(1)  # mean of x² − 1 where it is above zero
    assert worth_of(X, benefit).value == pytest.approx(expected, abs=0.04)


@pytest.mark.statistical
def test_what_does_nothing_is_worth_nothing():
    parts = [slice(k, k + 200) for k in range(0, 4_000, 200)]
    found = [worth_of(OTHER[rows], np.column_stack([np.zeros(200), X[rows]])) for rows in parts]
    assert sum(each.clear for each in found) <= 4  # one in twenty is expected, five or more once in 400 times


@pytest.mark.unit
def test_where_one_strategy_is_always_best_nothing_is_worth_knowing():
    benefit = np.column_stack([X - 10, X])
    found = worth_of(X, benefit)
    assert found.value == pytest.approx(0, abs=1e-9)
    assert not found.clear


@pytest.mark.unit
def test_a_switch_is_known_by_its_two_values():
    switch = rng.integers(0, 2, N).astype(float)
    benefit = np.column_stack([np.zeros(N), np.where(switch == 1, 1.0, -3.0) + 0.1 * OTHER])
    assert worth_of(switch, benefit).value == pytest.approx(switch.mean(), abs=0.02)
