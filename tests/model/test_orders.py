"""Rollout orders: every county's villages in an order, pilot villages first."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from columns.layout import KIND_COMMUNITY, KIND_VILLAGE
from model import orders
from model.orders import county_scores, rank_villages, village_scores, villages_among
from model.strategy import ORDERS
from tests.model.spread_help import counties_of, villages_of

N_VILLAGES = [40, 0, 25, 60, 1]


@pytest.fixture
def places():
    """Five counties, one of them without villages; pilot villages in the first."""
    counties = counties_of(5, N_VILLAGES)
    townships, villages = villages_of(counties)
    spread = np.arange(len(villages))
    villages.poverty = (spread * 37 % 101) / 101
    villages.hours_to_township = (spread * 53 % 97) / 97
    villages.kind = np.where(spread % 3 == 0, KIND_COMMUNITY, KIND_VILLAGE)
    villages.pilot[[7, 19, 33]] = 1
    counties.pilot[0] = 1
    children = 100.0 + spread * 71 % 211
    return counties, townships, villages, children


def parts(rank, counties):
    """The rank of each county."""
    return [rank[c.first_village : c.first_village + c.n_villages] for c in counties]


@pytest.mark.property
@pytest.mark.parametrize("order", range(len(ORDERS)), ids=ORDERS)
def test_every_order_ranks_all_villages_of_each_county_once(places, order):
    counties, townships, villages, children = places
    ranking = np.arange(len(villages), dtype=float)
    rank = rank_villages(order, counties, townships, villages, children, ranking)
    assert rank.dtype == np.int32
    for c, part in enumerate(parts(rank, counties)):
        assert sorted(part.tolist()) == np.flatnonzero(villages.county == c).tolist()
    if order != orders.RANKING:
        assert set(rank[:3].tolist()) == {7, 19, 33}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("order", "column", "first_is_high"),
    [(orders.POOREST, "poverty", True), (orders.REMOTEST, "hours_to_township", True)],
)
def test_static_orders_follow_their_column(places, order, column, first_is_high):
    counties, townships, villages, children = places
    villages.pilot = 0
    rank = rank_villages(order, counties, townships, villages, children, n_rural_first=np.zeros(5))
    for part in parts(rank, counties):
        values = villages[column][part]
        assert np.all(np.diff(values) <= 0) == first_is_high


@pytest.mark.unit
def test_most_children_cheapest_and_desk_capacity(places):
    counties, townships, villages, children = places
    largest = village_scores(orders.MOST_CHILDREN, counties, townships, villages, children)
    assert largest.argmin() == children.argmax()
    cheapest = village_scores(orders.CHEAPEST, counties, townships, villages, children)
    assert cheapest.argmin() == ((1 + villages.hours_to_township) / children).argmin()
    desk = village_scores(orders.DESK_CAPACITY, counties, townships, villages, children)
    load = np.bincount(villages.township, children)
    assert load[villages.township[desk.argmin()]] == load.min()


@pytest.mark.unit
def test_neighbours_first_spreads_from_the_townships_where_it_began(places):
    counties, townships, villages, children = places
    rank = rank_villages(
        orders.NEIGHBOURS, counties, townships, villages, children, n_rural_first=np.zeros(5)
    )
    begun = {0, 1, 3}  # townships of villages 7, 19 and 33
    townships_in_order = villages.township[rank[:40]]
    assert set(townships_in_order[:30].tolist()) == begun
    assert set(townships_in_order[30:].tolist()) == {2}
    last = villages.township[parts(rank, counties)[3]]
    distance = np.abs(last - last[0])
    assert np.all(np.diff(distance) >= 0)


@pytest.mark.unit
def test_villages_come_before_communities_as_long_as_a_county_acts_by_itself(places):
    counties, townships, villages, children = places
    rank = rank_villages(orders.PROPORTIONAL, counties, townships, villages, children)
    for c, part in enumerate(parts(rank, counties)):
        first = min(max(10, N_VILLAGES[c] // 4), int((villages.kind[part] == KIND_VILLAGE).sum()))
        not_pilot = part[villages.pilot[part] == 0][: max(first - 3, 0)]
        assert np.all(villages.kind[not_pilot] == KIND_VILLAGE)
    rest = parts(rank, counties)[3][15:]
    assert 0 < (villages.kind[rest] == KIND_COMMUNITY).mean() < 1


@pytest.mark.unit
def test_the_expected_number_of_villages_among_the_posts():
    posts = np.array([0, 5, 10, 20, 40])
    n = villages_among(posts, np.full(5, 10), np.full(5, 25), np.full(5, 40))
    assert n.tolist() == [0, 5, 10, 15, 25]
    assert villages_among(np.array([7]), np.array([10]), np.array([4]), np.array([20])).tolist() == [4]
    assert villages_among(np.array([0]), np.array([10]), np.array([0]), np.array([0])).tolist() == [0]


@pytest.mark.common_numbers
def test_ties_are_drawn_by_village_and_seed_only(places):
    counties, townships, villages, children = places
    first = rank_villages(orders.PROPORTIONAL, counties, townships, villages, children)
    villages.poverty = 0.3
    again = rank_villages(orders.PROPORTIONAL, counties, townships, villages, children)
    assert np.array_equal(first, again)
    other_counties = counties_of(5, N_VILLAGES, seed=2)
    other_townships, other = villages_of(other_counties, seed=2)
    other.kind, other.pilot = villages.kind, villages.pilot
    drawn = rank_villages(orders.PROPORTIONAL, other_counties, other_townships, other, children)
    assert abs(spearmanr(np.argsort(first[65:]), np.argsort(drawn[65:])).statistic) < 0.9
    assert not np.array_equal(first, drawn)


@pytest.mark.unit
def test_scores_of_counties(places):
    counties, _, villages, _ = places
    counties.poverty = [0.1, 0.5, 0.2, 0.4, 0.3]
    counties.fiscal_index = [1.0, 2.0, 0.5, 1.5, 0.7]
    assert county_scores(orders.POOREST, counties).argmin() == 1
    assert county_scores(orders.DESK_CAPACITY, counties).argmin() == 1
    assert county_scores(orders.MOST_CHILDREN, counties).argmin() == 3
    assert np.isfinite(county_scores(orders.REMOTEST, counties, villages)).all()
    assert len(set(county_scores(orders.RANDOM, counties).tolist())) == 5
    assert county_scores(orders.RANKING, counties, ranking=np.array([5, 4, 3, 2, 1])).tolist() == [
        5,
        4,
        3,
        2,
        1,
    ]
    with pytest.raises(ValueError, match="5 counties"):
        county_scores(orders.RANKING, counties)


@pytest.mark.unit
def test_a_users_ranking_comes_from_counties_or_villages(places):
    counties, townships, villages, children = places
    table = pd.DataFrame({"need": [3, 1, 2, 5, 4]})
    county, village = orders.ranking_columns("need", table, villages)
    assert county.tolist() == [3, 1, 2, 5, 4]
    assert not village.any()
    county, village = orders.ranking_columns("poverty", table, villages)
    assert county[4] == pytest.approx(villages.poverty[-1])
    rank = rank_villages(orders.RANKING, counties, townships, villages, children, village)
    assert np.all(np.diff(villages.poverty[parts(rank, counties)[3]]) >= 0)
    with pytest.raises(KeyError, match="nowhere"):
        orders.ranking_columns("nowhere", table, villages)
    with pytest.raises(ValueError, match="126 villages"):
        rank_villages(orders.RANKING, counties, townships, villages, children)
