"""Parts of a change add up, whatever the outcomes; known answers for independent and joint effects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from results.measures.decomposition import decompose, shapley

outcomes = st.floats(-1e6, 1e6)


@pytest.mark.unit
def test_worked_by_hand():
    parts = decompose(before=10, neither=12, policy=15, programme=20, both=27)
    found = (parts.total, parts.trend, parts.other_policy, parts.programme, parts.interaction)
    assert found == pytest.approx((17, 2, 5, 10, 4))
    assert parts.programme_range.tolist() == [8, 12]  # turned on first, turned on last
    assert parts.other_policy_range.tolist() == [3, 7]


@pytest.mark.property
@given(outcomes, outcomes, outcomes, outcomes, outcomes)
def test_parts_add_up_to_the_change(before, neither, policy, programme, both):
    parts = decompose(before, neither, policy, programme, both)
    assert parts.trend + parts.other_policy + parts.programme == pytest.approx(parts.total, abs=1e-6)
    first, last = parts.programme_range
    assert last - first == pytest.approx(parts.interaction, abs=1e-6)
    assert parts.programme == pytest.approx((first + last) / 2, abs=1e-6)


@pytest.mark.property
@given(arrays(np.float64, 5, elements=outcomes), outcomes, outcomes)
def test_effects_that_do_not_meet_are_given_back(neither, policy_effect, programme_effect):
    own, other = neither + programme_effect, neither + policy_effect
    parts = decompose(0, neither, other, own, neither + policy_effect + programme_effect)
    assert parts.programme == pytest.approx(np.full(5, programme_effect), abs=1e-5)
    assert parts.other_policy == pytest.approx(np.full(5, policy_effect), abs=1e-5)
    assert parts.interaction == pytest.approx(np.zeros(5), abs=1e-5)


@pytest.mark.unit
def test_a_switch_that_does_nothing_gets_nothing():
    parts = decompose(before=0, neither=1, policy=4, programme=1, both=4)
    assert (parts.programme, parts.other_policy) == pytest.approx((0, 3))


@pytest.mark.unit
def test_equal_partners_share_what_only_both_achieve():
    parts = decompose(before=0, neither=0, policy=0, programme=0, both=8)
    assert parts.programme == parts.other_policy == 4


@pytest.mark.property
@given(arrays(np.float64, (2, 2, 2, 3), elements=outcomes))
def test_three_switches_add_up_and_equal_the_mean_over_orders(table):
    shares = shapley(table, 3)
    assert shares.sum(axis=0) == pytest.approx(table[1, 1, 1] - table[0, 0, 0], abs=1e-5)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    mean = np.zeros_like(shares)
    for order in orders:
        state = [0, 0, 0]
        for switch in order:
            before = table[tuple(state)]
            state[switch] = 1
            mean[switch] += (table[tuple(state)] - before) / len(orders)
    assert shares == pytest.approx(mean, abs=1e-5)


@pytest.mark.unit
def test_runs_must_be_complete():
    with pytest.raises(ValueError, match="axes of 2"):
        shapley(np.zeros((2, 3)), 2)
