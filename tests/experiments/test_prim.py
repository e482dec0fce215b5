"""Boxes of failure against boxes that are known."""

import numpy as np
import pytest

from experiments.prim import MOST_LIMITS, find_box

rng = np.random.default_rng(3)
N = 240
X = rng.random((N, 5))


def box_of(x, fails):
    """Return a box that must be there."""
    box = find_box(x, fails)
    assert box is not None
    return box


@pytest.mark.theory
def test_a_known_box_is_found():
    fails = (X[:, 1] < 0.4) & (X[:, 3] > 0.5)
    box = box_of(X, fails)
    assert box.limited == [1, 3]
    assert box.high[1] == pytest.approx(0.4, abs=0.03)
    assert box.low[3] == pytest.approx(0.5, abs=0.04)
    assert np.isinf(box.low[1])
    assert box.density > 0.95
    assert box.coverage > 0.9
    assert box.is_sharp
    assert box.chance == 1 / 40


@pytest.mark.theory
def test_a_box_behind_noise_is_found_with_its_density():
    fails = rng.random(N) < np.where(X[:, 0] < 0.3, 0.85, 0.1)
    box = box_of(X, fails)
    assert box.limited == [0]
    assert box.high[0] == pytest.approx(0.3, abs=0.06)
    assert box.density == pytest.approx(0.85, abs=0.08)


@pytest.mark.statistical
def test_chance_alone_is_told_as_chance():
    found = [find_box(X[:100], rng.random(100) < 0.3) for _ in range(6)]
    assert np.mean([box is None or box.chance > 0.05 for box in found]) >= 0.75  # 5 % of false alarms each


@pytest.mark.unit
def test_nothing_is_found_where_nothing_or_everything_fails():
    assert find_box(X, np.zeros(N, dtype=bool)) is None
    assert find_box(X, np.ones(N, dtype=bool)) is None


@pytest.mark.unit
def test_switches_can_be_limits_and_words_can_hold_the_box():
    x = np.column_stack([X, rng.integers(0, 2, N)])
    fails = (x[:, 5] == 1) & (x[:, :4] > 0.25).all(axis=1)
    box = box_of(x, fails)
    assert 5 in box.limited
    assert box.low[5] == 0.5
    assert len(box.limited) <= MOST_LIMITS
