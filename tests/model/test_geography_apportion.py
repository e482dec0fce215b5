"""Dividing whole numbers and shifting shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.apportion import divide, shift_to_mean
from model.invented import teaching_table
from model.sectors import census_sectors, rural_children

pytestmark = pytest.mark.property

groups_of_weights = st.lists(st.lists(st.integers(0, 10**6), max_size=8), min_size=1, max_size=5)


@given(groups_of_weights, st.data())
def test_divide_is_exact_and_fair(weights: list[list[int]], data: st.DataObject) -> None:
    totals = np.array([data.draw(st.integers(0, 2 * 10**6)) for _ in weights])
    flat = np.array([w for group in weights for w in group], dtype=np.int64)
    group = np.repeat(np.arange(len(weights)), [len(g) for g in weights])
    parts = divide(totals, flat, group, len(weights))
    assert (parts >= 0).all()
    for g, each in enumerate(weights):
        here = parts[group == g]
        if sum(each):
            assert here.sum() == totals[g]
            fair = totals[g] * np.array(each) / sum(each)
            assert (np.abs(here - fair) < 1 + 1e-6).all()
        else:
            assert here.sum() == 0


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=30),
    st.floats(0.001, 0.999),
    st.integers(1, 4),
)
def test_shift_meets_the_mean_of_every_group(log_odds: list[float], target: float, n_groups: int) -> None:
    group = np.sort(np.arange(len(log_odds)) % n_groups)
    weights = 1.0 + np.arange(len(log_odds))
    targets = np.full(n_groups, target)
    shares = shift_to_mean(np.array(log_odds), weights, group, targets)
    for g in np.unique(group):
        here = group == g
        assert np.average(shares[here], weights=weights[here]) == pytest.approx(target, abs=1e-6)
    assert ((shares > 0) & (shares < 1)).all()


def test_shift_to_none_or_all() -> None:
    shares = shift_to_mean(np.zeros(4), np.ones(4), np.array([0, 0, 1, 1]), np.array([0.0, 1.0]))
    assert shares.tolist() == [0, 0, 1, 1]


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 10**6), st.floats(0, 1))
def test_sectors_share_all_children_of_a_county(
    villages: int, communities: int, other: int, children: int, share: float
) -> None:
    table = teaching_table().assign(
        villages=villages,
        communities=communities,
        other_units=other,
        children_2010=children,
        rural_share_2010=share,
    )
    sectors = census_sectors(table)
    if villages + communities + other:
        assert sectors["children_2010"].sum() == children
    for sector in sectors:
        assert sector["children_2010"] == 0 or sector["n_villages"] > 0
    assert sectors["n_villages"].tolist() == [villages + other, communities]
    rural = rural_children(table, "2010")[0]
    only_villages = census_sectors(table, ("villages",))
    expected = rural * villages // (villages + other) if villages + other else 0
    assert only_villages["children_2010"].tolist() == [expected, 0]
