"""Displacement: who lost and who gained, child by child."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.measures.displacement import IN_TIME, NO_NEED, NOT_IN_TIME, displacement

spells = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=25)


def columns(rows):
    return np.array([key for key, _ in rows], dtype=np.int64), np.array(
        [served for _, served in rows], dtype=bool
    )


@pytest.mark.unit
def test_lost_gained_and_those_without_a_need_in_one_run():
    found = displacement([1, 2, 3, 4], [True, True, False, True], [1, 2, 3, 9], [True, False, True, True])
    assert found.displaced.tolist() == [2]
    assert found.gained.tolist() == [3]
    assert found.fates[IN_TIME, NO_NEED] == 1  # child 4: the need did not arise, so nothing was lost
    assert found.fates[NO_NEED, IN_TIME] == 1  # child 9
    assert found.fates[IN_TIME, IN_TIME] == 1
    assert found.net_gain() == 0
    assert (found.displaced_share().numerator, found.displaced_share().denominator) == pytest.approx((1, 2))


@pytest.mark.unit
def test_totals_can_hide_displacement():
    without, with_it = [True] * 10 + [False] * 30, [False] * 10 + [True] * 30
    found = displacement(np.arange(40), without, np.arange(40), with_it)
    assert found.net_gain() == 20
    assert len(found.displaced) == 10


@pytest.mark.unit
def test_a_child_with_several_spells_is_served_if_any_was():
    found = displacement([5, 5], [False, True], [5, 5], [False, False])
    assert found.displaced.tolist() == [5]


@pytest.mark.unit
def test_keys_may_be_pairs_of_child_and_service():
    pair = np.dtype([("child", "i8"), ("service", "i4")])
    keys = np.array([(7, 0), (7, 1)], dtype=pair)
    found = displacement(keys, [True, True], keys, [True, False])
    assert found.displaced.tolist() == [(7, 1)]


@pytest.mark.property
@given(spells, spells)
def test_agrees_with_sets(without, with_it):
    found = displacement(*columns(without), *columns(with_it))
    a, b = {k for k, served in without if served}, {k for k, served in with_it if served}
    both = {k for k, _ in without} & {k for k, _ in with_it}
    assert set(found.displaced.tolist()) == (a - b) & both
    assert set(found.gained.tolist()) == (b - a) & both
    assert found.fates.sum() == len({k for k, _ in without} | {k for k, _ in with_it})
    assert found.fates[NO_NEED, NO_NEED] == 0


@pytest.mark.property
@given(spells, spells)
def test_turning_the_comparison_round_swaps_losses_and_gains(without, with_it):
    one, other = (
        displacement(*columns(without), *columns(with_it)),
        displacement(*columns(with_it), *columns(without)),
    )
    assert one.displaced.tolist() == other.gained.tolist()
    assert one.fates.tolist() == other.fates.T.tolist()


@pytest.mark.property
@given(spells)
def test_a_run_displaces_nobody_from_itself(rows):
    found = displacement(*columns(rows), *columns(rows))
    assert len(found.displaced) == len(found.gained) == 0
    assert found.fates[NOT_IN_TIME, IN_TIME] == 0


@pytest.mark.unit
def test_unequal_columns_are_refused():
    with pytest.raises(ValueError, match="one key per spell"):
        displacement([1, 2], [True], [1], [True])
