"""Indices of sensitivity against functions whose indices are known, and against SALib."""

import numpy as np
import pytest
from SALib.analyze import pawn as salib_pawn
from SALib.test_functions import Ishigami, Sobol_G

from experiments import indices
from experiments.draws import (
    Axis,
    Sampling,
    morris_points,
    probe_points,
    sobol_pair_points,
    unit_cube,
)
from experiments.indices import morris, n_slices, pawn, sobol

pytestmark = pytest.mark.theory

A, B = 7.0, 0.1


def sampling(method, n, draws):
    return Sampling(method, tuple(Axis(f"x{k}", 0.0, 1.0) for k in range(n)), draws=draws)


def ishigami(points):
    return Ishigami.evaluate(np.pi * (2 * points - 1), A, B)


def ishigami_indices():
    """Ishigami & Homma (1990): variances of the parts."""
    one, two = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8
    both = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = one + two + both
    return np.array([one, two, 0]) / total, np.array([one + both, two, both]) / total, both / total


def g_indices(a):
    """Sobol' (1993): the function is a product, so every index is known."""
    part = 1 / (3 * (1 + a) ** 2)
    total = np.prod(1 + part) - 1
    others = np.array([np.prod(1 + np.delete(part, k)) for k in range(len(a))])
    return part / total, part * others / total


def test_sobol_indices_of_ishigami_are_found():
    points = sobol_pair_points(sampling("sobol_pairs", 3, 2048))
    alone, pairs = sobol(3, ishigami(points))
    first, total, both = ishigami_indices()
    assert alone["first"].to_numpy() == pytest.approx(first, abs=0.03)
    assert alone["index"].to_numpy() == pytest.approx(total, abs=0.03)
    assert pairs.set_index(["one", "other"])["index"].to_dict() == pytest.approx(
        {(0, 1): 0, (0, 2): both, (1, 2): 0}, abs=0.04
    )
    assert ((alone["low"] <= total) & (total <= alone["high"])).all()
    assert (alone["high"] - alone["low"]).max() < 0.15


def test_sobol_indices_of_the_g_function_are_found():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    points = sobol_pair_points(sampling("sobol_pairs", len(a), 2048))
    alone, _ = sobol(len(a), Sobol_G.evaluate(points, a))
    first, total = g_indices(a)
    assert alone["first"].to_numpy() == pytest.approx(first, abs=0.03)
    assert alone["index"].to_numpy() == pytest.approx(total, abs=0.03)


def test_a_constant_has_no_drivers():
    alone, pairs = sobol(2, np.ones(6 * 8))
    assert (alone == 0).all().all()
    assert pairs["index"].eq(0).all()


def test_morris_finds_the_slopes_of_a_line_and_no_interaction_in_it():
    slopes = np.array([3.0, -2.0, 0.0, 0.5])
    points = morris_points(sampling("morris", 4, 20))
    found = morris(points, points @ slopes)
    assert found["index"].to_numpy() == pytest.approx(np.abs(slopes))
    assert found["direction"].to_numpy() == pytest.approx(slopes)
    assert found["spread"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_morris_ranks_the_g_function_and_sees_that_its_parts_meet():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    points = morris_points(sampling("morris", len(a), 40))
    found = morris(points, Sobol_G.evaluate(points, a))
    assert list(found["index"].argsort()[::-1]) == [0, 1, 2, 3, 4]
    assert found["spread"][0] > found["spread"][4]


def test_a_further_block_of_trajectories_or_points_keeps_the_first():
    design = sampling("morris", 3, 5)
    assert np.array_equal(probe_points(design, [5, 2])[: 5 * 4], morris_points(design))
    design = sampling("sobol_pairs", 3, 8)
    assert np.array_equal(probe_points(design, [8, 8])[: 8 * 8], sobol_pair_points(design))


@pytest.mark.statistical
def test_pawn_agrees_with_salib_and_knows_what_does_nothing():
    rng = np.random.default_rng(5)
    points = rng.random((1000, 4))  # the fourth does nothing
    y = ishigami(points[:, :3])
    found = pawn(points, y)
    theirs = salib_pawn.analyze(unit_cube("abcd"), points, y, S=n_slices(1000))
    assert found["index"].to_numpy() == pytest.approx(theirs["mean"], abs=0.01)
    assert found["maximum"].to_numpy() == pytest.approx(theirs["maximum"], abs=0.02)
    clear = found["index"] > found["noise"]
    assert list(clear) == [True, True, True, False]
    assert ((found["low"] < found["index"]) & (found["index"] < found["high"])).all()
    assert found["at_high"][0] > found["at_low"][0]


@pytest.mark.unit
def test_pawn_takes_switches_and_equal_outcomes():
    rng = np.random.default_rng(6)
    x = np.column_stack([rng.integers(0, 2, 200), rng.random(200)]).astype(float)
    found = pawn(x, x[:, 0])
    assert found["index"][0] == pytest.approx(0.5, abs=0.05)  # half of all runs are in each state
    assert found["index"][0] > found["noise"][0]
    assert found["index"][1] < found["noise"][1]


@pytest.mark.statistical
def test_where_nothing_matters_seldom_anything_is_clear(monkeypatch):
    monkeypatch.setattr(indices, "RESAMPLES", 2)  # intervals are not asked for here
    rng = np.random.default_rng(7)
    alarms = sum(pawn(rng.random((64, 6)), rng.random(64))["clear"].any() for _ in range(40))
    assert alarms <= 7  # at most two are expected; eight or more come once in a thousand times
