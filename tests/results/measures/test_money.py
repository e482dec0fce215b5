"""Money: exact sums, discounting, ratios only where they mean something."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, stats

from results.measures.money import (
    DISCOUNT_RATE,
    DISCOUNT_RATES,
    DOMINATED,
    DOMINATES,
    EFFECT_NOT_CLEAR,
    RATIO_GIVEN,
    acceptability,
    cost_effectiveness,
    discount_factors,
    fieller,
    net_benefit,
    present_value,
    recurrent_per_child_year,
    yuan_by_year,
)

N = 40


@pytest.fixture
def noise():
    return np.random.default_rng(17).normal(0, 1, (6, N))


@pytest.mark.theory
def test_a_year_of_discounting_is_the_yearly_rate():
    factors = discount_factors(25, 0.05)
    assert factors[[0, 12, 24]] == pytest.approx([1, 1 / 1.05, 1 / 1.05**2])
    assert (discount_factors(9, 0.0) == 1).all()
    assert discount_factors(25, 0.03, base_month=12)[[0, 12]] == pytest.approx([1.03, 1])
    assert present_value(np.r_[100, np.zeros(11), 103]) == pytest.approx(200)
    with pytest.raises(ValueError, match="above −1"):
        discount_factors(3, -1)


@pytest.mark.property
@given(arrays(np.float64, (2, 30), elements=st.floats(0, 1e9)))
def test_higher_rates_never_raise_a_present_value(flow):
    values = [present_value(flow, rate) for rate in DISCOUNT_RATES]
    assert (values[0] >= values[1]).all()
    assert (values[1] >= values[2]).all()
    assert values[0] == pytest.approx(flow.sum(axis=1))


@pytest.mark.unit
def test_years_are_exact_in_fen():
    fen = np.array([[1, 2, 3], [2**50, 1, 1]])
    years, yuan = yuan_by_year(fen, [2010, 2010, 2011])
    assert years.tolist() == [2010, 2011]
    assert yuan.tolist() == [[0.03, 0.03], [(2**50 + 1) / 100, 0.01]]
    with pytest.raises(ValueError, match="integer amount"):
        yuan_by_year([1.5], [2010])
    with pytest.raises(ValueError, match="one integer amount"):
        yuan_by_year([1, 2], [2010])


@pytest.mark.unit
def test_recurrent_cost_is_per_year_of_a_child():
    assert recurrent_per_child_year(6_000, 2_400).value == pytest.approx(30)


@pytest.mark.unit
def test_a_clear_effect_has_a_ratio(noise):
    effect = 10 + noise[0]
    found = cost_effectiveness(100 * effect + noise[1], effect)
    assert found.place == RATIO_GIVEN
    assert found.ratio is not None
    assert found.ratio.estimate == pytest.approx(100, rel=0.01)
    assert found.ratio.low < found.ratio.estimate < found.ratio.high


@pytest.mark.unit
def test_no_ratio_where_the_effect_may_be_nothing(noise):
    found = cost_effectiveness(1_000 + noise[0], noise[1])
    assert found.ratio is None
    assert found.place == EFFECT_NOT_CLEAR
    with pytest.raises(ValueError, match="not clear of zero"):
        fieller(noise[0], noise[1])


@pytest.mark.unit
def test_one_replication_or_none_gives_no_ratio():
    assert cost_effectiveness([100], [5]).place == EFFECT_NOT_CLEAR


@pytest.mark.unit
def test_dominance_needs_no_ratio(noise):
    cheaper_and_better = cost_effectiveness(-50 + noise[0], 10 + noise[1])
    dearer_and_worse = cost_effectiveness(50 + noise[0], -10 + noise[1])
    assert (cheaper_and_better.place, cheaper_and_better.ratio) == (DOMINATES, None)
    assert (dearer_and_worse.place, dearer_and_worse.ratio) == (DOMINATED, None)
    saves_by_doing_less = cost_effectiveness(-500 + noise[0], -10 + noise[1])
    assert saves_by_doing_less.place == RATIO_GIVEN
    assert saves_by_doing_less.ratio is not None
    assert saves_by_doing_less.ratio.estimate == pytest.approx(50, rel=0.05)


@pytest.mark.theory
def test_fieller_ends_are_where_the_ratio_is_just_rejected(noise):
    top, bottom = 20 + noise[0] + noise[1], 5 + noise[1]
    found = fieller(top, bottom)

    def p_minus_five_percent(value):
        return stats.ttest_1samp(top - value * bottom, 0).pvalue - 0.05

    low = optimize.brentq(p_minus_five_percent, 0, found.estimate)
    high = optimize.brentq(p_minus_five_percent, found.estimate, 20)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.statistical
def test_fieller_covers_the_ratio_as_often_as_it_says():
    """1,500 experiments: 95 % ± 4 standard errors, false alarm below 1 in 10,000."""
    rng = np.random.default_rng(23)
    hits = 0
    for _ in range(1_500):
        found = fieller(rng.normal(30, 10, 12), rng.normal(10, 2, 12))
        hits += found.low < 3 < found.high
    assert abs(hits / 1_500 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 1_500)


@pytest.mark.unit
def test_net_benefit_by_value():
    assert net_benefit([100, 100], [3, 1], 50).tolist() == [50, -50]
    assert net_benefit([100, 100], [3, 1], [0, 100]).tolist() == [[-100, -100], [200, 0]]


@pytest.mark.unit
def test_acceptability_by_hand():
    share = acceptability([[0, 100], [0, 100]], [[0, 10], [0, 1]], [0, 10, 50, 200])
    assert share.tolist() == [[1, 0], [0.75, 0.25], [0.5, 0.5], [0, 1]]  # at 10 one draw is a tie
    with pytest.raises(ValueError, match="draws, strategies"):
        acceptability([1, 2], [3, 4], [1])


@pytest.mark.property
@given(
    arrays(np.float64, (9, 3), elements=st.floats(0, 1e6)),
    arrays(np.float64, (9, 3), elements=st.floats(0, 1e3)),
    arrays(np.float64, 4, elements=st.floats(0, 1e4)),
)
def test_somebody_is_best_in_every_draw(yuan, effect, values):
    shares = acceptability(yuan, effect, values)
    assert shares.shape == (4, 3)
    assert shares.sum(axis=1) == pytest.approx(1)


@pytest.mark.unit
def test_shipped_rates():
    assert DISCOUNT_RATES == (0.0, DISCOUNT_RATE, 0.05)
    assert DISCOUNT_RATE == 0.03
