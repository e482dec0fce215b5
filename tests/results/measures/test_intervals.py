"""Paired differences, intervals, stopping rules: against SciPy, known answers and simulated coverage."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from results.measures.intervals import (
    CANNOT_BE_TOLD_APART,
    HIGHER,
    LOWER,
    SAME,
    TOO_FEW,
    Interval,
    enough_replications,
    paired_difference,
    replications_needed,
    t_interval,
    variance_shares,
)

numbers = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=30)


@pytest.mark.theory
@given(numbers)
def test_interval_is_that_of_scipy(values):
    assume(len(set(values)) > 1)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = t_interval(values, 0.9)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)
    assert found.half_width == pytest.approx((high - low) / 2, rel=1e-6, abs=1e-6)


@pytest.mark.unit
def test_undefined_replications_drop_out_and_are_counted():
    found = paired_difference([5, 7, np.nan, 6], [3, 4, 1, np.nan])
    assert found.n_undefined == 2
    assert found.difference.n == 2
    assert found.difference.estimate == pytest.approx(2.5)
    assert t_interval([np.nan]).n == 0
    assert np.isnan(t_interval([]).estimate)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("strategy", "reference", "expected"),
    [
        ([5, 7, 6], [3, 4, 4], HIGHER),
        ([3, 4, 4], [5, 7, 6], LOWER),
        ([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], SAME),
        ([1, 5, 1], [2, 2, 2], CANNOT_BE_TOLD_APART),
        ([1], [2], TOO_FEW),
        ([np.nan, 1], [2, 2], TOO_FEW),
        ([1.1, 2.1, 3.1], [1, 2, 3], HIGHER),
    ],
)
def test_wording_keys(strategy, reference, expected):
    assert paired_difference(strategy, reference).verdict == expected


@pytest.mark.unit
def test_pairing_removes_the_variance_that_is_shared():
    rng = np.random.default_rng(3)
    shared, own = rng.normal(0, 3, 4_000), rng.normal(0, 1, (2, 4_000))
    found = paired_difference(shared + own[0] + 1, shared + own[1])
    assert found.variance_removed == pytest.approx(0.9, abs=0.01)  # 1 − 2/20
    apart = paired_difference(own[0], own[1])
    assert apart.variance_removed == pytest.approx(0, abs=0.06)
    constant = paired_difference([2, 2, 2], [1, 1, 1])
    assert np.isnan(constant.variance_removed)
    assert constant.verdict == HIGHER


@pytest.mark.property
@given(numbers)
def test_turning_the_comparison_round_changes_the_sign_only(values):
    a, b = np.array(values), np.array(values[::-1])
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert one.difference.estimate == pytest.approx(-other.difference.estimate)
    assert one.difference.low == pytest.approx(-other.difference.high)


@pytest.mark.unit
def test_pairs_must_be_pairs():
    with pytest.raises(ValueError, match="paired one to one"):
        paired_difference([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="flat"):
        t_interval([[1, 2], [3, 4]])


@pytest.mark.statistical
def test_interval_covers_the_truth_as_often_as_it_says():
    """2,000 experiments of 10 replications: 95 % ± 4 standard errors, false alarm below 1 in 10,000."""
    rng = np.random.default_rng(11)
    covered = [t_interval(row).low < 1 < t_interval(row).high for row in rng.normal(1, 2, (2_000, 10))]
    assert abs(np.mean(covered) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 2_000)


@pytest.mark.unit
def test_stopping_rule_wants_thirty_and_a_tenth():
    steady = np.tile([9.0, 11.0], 20)
    assert enough_replications(steady)
    assert not enough_replications(steady[:28])
    assert not enough_replications(np.tile([-9.0, 11.0], 20))
    assert enough_replications(np.zeros(30))  # identical: more would tell nothing


@pytest.mark.property
@given(st.floats(0.2, 5), st.floats(0.05, 0.5))
def test_needed_replications_are_the_fewest_that_suffice(deviation, precision):
    sample = np.array([1 - deviation, 1 + deviation] * 10)
    needed = replications_needed(sample, precision)
    spread = sample.std(ddof=1)

    def half_width(n):
        return stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)

    assert needed is not None
    assert half_width(needed) < precision
    assert needed == 30 or half_width(needed - 1) >= precision


@pytest.mark.unit
def test_an_effect_of_nothing_can_never_be_known_to_a_tenth():
    assert replications_needed([-1, 1, -1, 1]) is None
    assert replications_needed([3]) is None
    assert replications_needed([2, 2, 2]) == 30
    assert replications_needed([0.9, 1.1, 1.0], at_least=5) == 7


@pytest.mark.unit
def test_variance_is_shared_between_draws_and_chance():
    by_hand = variance_shares([[1, 3], [5, 7]])  # within 2; between means 8 − 2/2 = 7
    assert by_hand.draws == pytest.approx(7 / 9)
    assert by_hand.draws + by_hand.replications == pytest.approx(1)
    assert variance_shares([[1, 1], [2, 2]]).draws == 1
    assert variance_shares([[1, 3], [3, 1]]).draws == 0
    assert np.isnan(variance_shares([[1, 1], [1, 1]]).draws)
    with pytest.raises(ValueError, match="two or more of each"):
        variance_shares([[1, 2, 3]])


@pytest.mark.statistical
def test_variance_components_are_recovered():
    rng = np.random.default_rng(8)
    table = rng.normal(0, 2, (3_000, 1)) + rng.normal(0, 1, (3_000, 2))
    assert variance_shares(table).draws == pytest.approx(0.8, abs=0.03)


@pytest.mark.unit
def test_two_replications_are_the_fewest_that_say_anything():
    assert paired_difference([1.0, 1.0001], [0, 0]).verdict == HIGHER
    assert replications_needed([2, 2]) == 30
    assert np.isnan(paired_difference([2], [1]).variance_removed)


@pytest.mark.unit
def test_touching_zero_is_not_clear_of_it():
    assert not Interval(1, 0, 2, 30).clear_of_zero
    assert not Interval(-1, -2, 0, 30).clear_of_zero
    assert Interval(1, 0.1, 2, 30).clear_of_zero


@pytest.mark.unit
def test_equal_values_have_no_width_though_sums_round():
    constant = t_interval([0.1] * 6)
    assert (constant.low, constant.high) == (0.1, 0.1)
    assert replications_needed([0.1] * 6) == 30


@pytest.mark.unit
def test_two_pairs_have_a_variance():
    assert paired_difference([1, 3], [1, 2]).variance_removed == pytest.approx(1 - 0.5 / 2.5)


@pytest.mark.statistical
def test_seeds_that_all_draws_share_are_no_part_of_what_leaks_into_draws():
    rng = np.random.default_rng(11)
    draws, seeds = rng.standard_normal((400, 1)), 3 * rng.standard_normal((1, 4))
    table = draws + seeds
    assert variance_shares(table, crossed=True).draws == pytest.approx(
        draws.var(ddof=1) / (draws.var(ddof=1) + seeds.var(ddof=1))
    )
    assert variance_shares(table).draws < variance_shares(table, crossed=True).draws
