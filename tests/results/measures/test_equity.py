"""Inequality indices against known answers, a brute force over people, and properties that must hold."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from results.measures.equity import (
    concentration_index,
    erreygers_index,
    grouped,
    inequality,
    relative_index,
    ridit_ranks,
    slope_index,
)

PEOPLE = 1_000
BINS = 100


@st.composite
def bounded_groups(draw, bins=12):
    """Numerators and denominators of a bounded outcome, some bins empty, somebody somewhere."""
    sizes = draw(arrays(np.int64, bins, elements=st.integers(0, 40)))
    assume(sizes.sum() > 0)
    shares = draw(arrays(np.float64, bins, elements=st.floats(0, 1, allow_subnormal=False)))
    return np.floor(sizes * shares), sizes


def brute_force(outcome, wealth):
    """Concentration index, covariance and rank variance person by person; equal wealth shares a mean rank."""
    n = len(outcome)
    ranks = [(sum(w < own for w in wealth) + 0.5 * sum(w == own for w in wealth)) / n for own in wealth]
    mean = sum(outcome) / n
    covariance = sum((y - mean) * (r - 0.5) for y, r in zip(outcome, ranks, strict=True)) / n
    variance = sum((r - 0.5) ** 2 for r in ranks) / n
    return 2 * covariance / mean, covariance, variance


@pytest.mark.theory
@pytest.mark.parametrize("level", [0.2, 0.5, 1.0])
def test_everybody_alike_has_no_inequality(level):
    sizes = np.arange(1, BINS + 1)
    found = inequality(level * sizes, sizes)
    assert [found.erreygers, found.concentration, found.slope] == pytest.approx([0, 0, 0], abs=1e-14)
    assert found.relative == pytest.approx(1)


@pytest.mark.theory
@pytest.mark.parametrize("n", [10, 100, 100_000])
def test_outcome_equal_to_rank(n):
    """CI 1/3, SII 1, E 2/3, but for the 1/n² that separates n steps from a continuum."""
    sizes = np.ones(n)
    rank = ridit_ranks(sizes)
    found = inequality(rank, sizes)
    assert found.concentration == pytest.approx((1 - 1 / n**2) / 3, rel=1e-12)
    assert found.slope == pytest.approx(1, rel=1e-12)
    assert found.erreygers == pytest.approx(2 * (1 - 1 / n**2) / 3, rel=1e-12)


@pytest.mark.theory
def test_only_the_richer_half_has_it():
    sizes = np.ones(PEOPLE)
    found = inequality(ridit_ranks(sizes) > 0.5, sizes)
    assert found.concentration == pytest.approx(0.5, rel=1e-12)
    assert found.erreygers == pytest.approx(1, rel=1e-12)


@pytest.mark.theory
def test_a_straight_line_is_recovered_by_slope_and_relative_index():
    sizes = np.arange(1, 21)
    outcome = 0.2 + 0.6 * ridit_ranks(sizes)
    assert slope_index(outcome * sizes, sizes) == pytest.approx(0.6)
    assert relative_index(outcome * sizes, sizes) == pytest.approx(0.8 / 0.2)


@pytest.mark.property
@given(bounded_groups())
def test_lacking_mirrors_having(groups):
    having, sizes = groups
    assert erreygers_index(sizes - having, sizes) == pytest.approx(-erreygers_index(having, sizes), abs=1e-12)


@pytest.mark.property
@given(bounded_groups())
def test_bounds_and_mirror_of_the_scale(groups):
    having, sizes = groups
    index = erreygers_index(having, sizes)
    assert -1 <= index <= 1
    assert erreygers_index(having[::-1], sizes[::-1]) == pytest.approx(-index, abs=1e-12)


@pytest.mark.property
@given(bounded_groups(), st.integers(2, 9))
def test_size_of_the_population_does_not_matter(groups, times):
    having, sizes = groups
    assert erreygers_index(having * times, sizes * times) == pytest.approx(
        erreygers_index(having, sizes), abs=1e-12
    )


@pytest.mark.property
@given(bounded_groups())
def test_erreygers_is_four_means_times_the_concentration_index(groups):
    having, sizes = groups
    assume(having.sum() > 0)
    mean = having.sum() / sizes.sum()
    assert erreygers_index(having, sizes) == pytest.approx(
        4 * mean * concentration_index(having, sizes), abs=1e-12
    )


@pytest.mark.property
@given(arrays(np.int64, 15, elements=st.integers(0, 30)))
def test_mean_rank_of_people_is_a_half(sizes):
    assume(sizes.sum() > 0)
    assert (ridit_ranks(sizes) * sizes).sum() / sizes.sum() == pytest.approx(0.5)


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=3, max_size=40).filter(
        lambda rows: sum(y for y, _ in rows) > 0 and len({w for _, w in rows}) > 1
    )
)
def test_individual_data_agree_with_a_brute_force(rows):
    outcome, wealth = zip(*rows, strict=True)
    index, covariance, variance = brute_force(outcome, wealth)
    people = grouped(outcome, wealth)
    assert concentration_index(people.numerators, people.denominators) == pytest.approx(index, abs=1e-12)
    assert erreygers_index(people.numerators, people.denominators) == pytest.approx(8 * covariance, abs=1e-12)
    assert slope_index(people.numerators, people.denominators) == pytest.approx(
        covariance / variance, abs=1e-12
    )


@pytest.mark.unit
def test_weights_stand_for_that_many_people():
    once = grouped([1, 0, 1, 0], [3, 1, 2, 2], weights=[2, 1, 1, 3])
    written_out = grouped([1, 1, 0, 1, 0, 0, 0], [3, 3, 1, 2, 2, 2, 2])
    np.testing.assert_array_equal(once.numerators, written_out.numerators)
    np.testing.assert_array_equal(once.denominators, written_out.denominators)


@pytest.mark.unit
def test_five_groups_understate_what_a_hundred_bins_show():
    """Why the engine keeps 100 bins: within-group inequality is lost by fifths (Clarke & Van Ourti 2010)."""
    sizes = np.ones(BINS)
    outcome = ridit_ranks(sizes)
    by_fifth = erreygers_index(outcome.reshape(5, -1).sum(axis=1), sizes.reshape(5, -1).sum(axis=1))
    assert by_fifth == pytest.approx(2 / 3 * (1 - 1 / 25))
    assert by_fifth < erreygers_index(outcome, sizes)


@pytest.mark.unit
def test_leading_axes_are_kept():
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 9, (3, 4, BINS))
    having = rng.integers(0, sizes + 1)
    table = erreygers_index(having, sizes)
    assert table.shape == (3, 4)
    assert table[2, 1] == pytest.approx(erreygers_index(having[2, 1], sizes[2, 1]))


@pytest.mark.unit
def test_other_bounds_rescale():
    sizes = np.ones(4)
    having = np.array([0.1, 0.2, 0.7, 0.9])
    assert erreygers_index(12 * having, sizes, high=12) == pytest.approx(erreygers_index(having, sizes))
    assert erreygers_index(having - 1, sizes, low=-1, high=0) == pytest.approx(erreygers_index(having, sizes))


@pytest.mark.unit
def test_undefined_is_nan_not_zero():
    nobody = np.zeros(5)
    for index in (erreygers_index, concentration_index, slope_index, relative_index):
        assert np.isnan(index(nobody, nobody))
    assert np.isnan(concentration_index(nobody, np.ones(5)))
    assert np.isnan(slope_index([3], [5]))  # one rank only
    assert np.isnan(relative_index([0, 0, 5], [5, 5, 5]))  # the fitted line falls below zero


@pytest.mark.unit
@pytest.mark.parametrize(
    ("numerators", "denominators"),
    [([6], [5]), ([-1], [5]), ([1, 2], [5]), ([np.nan], [5]), ([1], [-5]), ([1], [0])],
)
def test_impossible_input_is_refused(numerators, denominators):
    with pytest.raises(ValueError, match=r"bounds|shape|NaN|zero|lies outside"):
        erreygers_index(numerators, denominators)


@pytest.mark.unit
def test_bounds_must_be_in_order_and_people_known():
    with pytest.raises(ValueError, match="must be below"):
        erreygers_index([1], [2], low=1, high=1)
    with pytest.raises(ValueError, match="one row per person"):
        grouped([1, 0], [1])
    with pytest.raises(ValueError, match="known for everybody"):
        grouped([1, np.nan], [1, 2])
    assert grouped([1, 0, 1], [1, 2, 3], weights=[1, 0, 2]).denominators.tolist() == [1, 0, 2]
