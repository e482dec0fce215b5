"""Rollout orders: who gets the next post when seats are short.

An order acts twice. Across counties it decides who is served first when fewer seats exist than posts could be
opened; inside a county it is the *rank* in which villages get their posts. Ranks are made once at set-up from
static columns, with keyed hashes for ties, so two strategies with the same order rank alike. The pilot
villages of 2010 always come first in their county: they are a fact.
"""

import numpy as np
import pandas as pd

from columns.compiling import kernel
from columns.draws import draw
from columns.layout import KIND_VILLAGE
from columns.numbers import Whole
from columns.streams import stream
from model.parameters import default_parameters, rules_record
from model.seats import BY_SCORE, SHARED_BY_DEMAND, SHARED_BY_VILLAGES
from model.strategy import ORDERS

ORDER_VILLAGE = stream("order.village")
FIRST_VILLAGE = stream("order.first_village")
ORDER_COUNTY = stream("order.county")

(
    PROPORTIONAL,
    POOREST,
    REMOTEST,
    MOST_CHILDREN,
    NEIGHBOURS,
    CHEAPEST,
    DESK_CAPACITY,
    PROVINCIAL_QUOTA,
    RANDOM,
    FIRST_COME,
    RANKING,
) = range(len(ORDERS))
"""Positions in the list of orders of :mod:`model.strategy`."""


@kernel
def sharing_of(order: Whole) -> Whole:
    """How an order shares seats over counties: by demand, by villages, or by score, lowest first."""
    if order == PROPORTIONAL:
        return SHARED_BY_DEMAND
    if order == PROVINCIAL_QUOTA:
        return SHARED_BY_VILLAGES
    return BY_SCORE


@kernel
def keyed_column(places: np.recarray, stream_constant: np.uint64, out: np.ndarray) -> None:
    """Fill ``out`` (uint64) with one draw per place, for ties."""
    for i in range(places.shape[0]):
        out[i] = draw(places[i].key, stream_constant, 0, 0)


def _ties(places: np.recarray, stream_constant: np.uint64) -> np.ndarray:
    out = np.empty(len(places), dtype=np.uint64)
    with np.errstate(over="ignore"):
        keyed_column(places, stream_constant, out)
    return out


def _mean_of_villages(counties: np.recarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean of a village column per county; 0 where a county has no weight."""
    n = len(counties)
    owner = np.repeat(np.arange(n), counties.n_villages)
    weight = np.bincount(owner, weights, n)
    total = np.bincount(owner, weights * values, n)
    return np.divide(total, weight, out=np.zeros(n), where=weight > 0)


def county_scores(
    order: int, counties: np.recarray, villages: np.recarray | None = None, ranking: np.ndarray | None = None
) -> np.ndarray:
    """Return the static score of every county for an order, lowest first; float64.

    Parameters
    ----------
    order : int
        Position in ORDERS. Dynamic orders (first come, neighbours) and those that share (proportional,
        quota) get zeros: the monthly step looks at the present state instead.
    counties : record array
        COUNTY.
    villages : record array, optional
        VILLAGE; needed by remotest_first, which otherwise leaves counties equal.
    ranking : float array, optional
        The user's column, one number per county, for ``ranking``.

    Raises
    ------
    ValueError
        If the order is "ranking" and its column does not fit.
    """
    n = len(counties)
    if order == POOREST:
        return -np.asarray(counties.poverty, dtype=np.float64)
    if order == REMOTEST and villages is not None:
        return -_mean_of_villages(counties, villages.hours_to_township, np.ones(len(villages)))
    if order == MOST_CHILDREN:
        return -np.asarray(counties.children, dtype=np.float64)
    if order == CHEAPEST:
        return -np.asarray(counties.children / np.maximum(counties.n_villages, 1), dtype=np.float64)
    if order == DESK_CAPACITY:
        return -np.asarray(counties.fiscal_index, dtype=np.float64)
    if order == RANDOM:
        return _ties(counties, ORDER_COUNTY).astype(np.float64)
    if order == RANKING:
        if ranking is None or len(ranking) != n:
            raise ValueError(f"the order 'ranking' needs one number for each of the {n} counties")
        return np.asarray(ranking, dtype=np.float64)
    return np.zeros(n)


def ranking_columns(name: str, table: pd.DataFrame, villages: np.recarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the user's ranking per county and per village from a column of the county table or the villages.

    A column of counties leaves the villages of a county equal; one of villages ranks counties by its mean.

    Raises
    ------
    KeyError
        Neither has a numeric column of that name.
    """
    if name in table.columns:
        county = table[name].to_numpy(np.float64)
        return county, np.zeros(len(villages))
    if name in (villages.dtype.names or ()):
        village = np.asarray(villages[name], dtype=np.float64)
        number = np.bincount(villages["county"], minlength=len(table))
        return np.bincount(villages["county"], village, len(table)) / np.maximum(number, 1), village
    raise KeyError(f"no column {name!r} to rank by, neither of counties nor of villages")


def village_scores(
    order: int,
    counties: np.recarray,
    townships: np.recarray,
    villages: np.recarray,
    children: np.ndarray,
    ranking: np.ndarray | None = None,
) -> np.ndarray:
    """Return the score of every village inside its county for an order, lowest first; float64.

    Parameters
    ----------
    order : int
        Position in ORDERS.
    counties, townships, villages : record arrays
        COUNTY, TOWNSHIP, VILLAGE.
    children : float array, one per village
        Expected number of children, simulated or not.
    ranking : float array, one per village, optional
        The user's column.

    Raises
    ------
    ValueError
        If the order is "ranking" and its column does not fit.
    """
    if order == POOREST:
        return -np.asarray(villages.poverty, dtype=np.float64)
    if order == REMOTEST:
        return -np.asarray(villages.hours_to_township + villages.hours_to_county, dtype=np.float64)
    if order == MOST_CHILDREN:
        return -np.asarray(children, dtype=np.float64)
    if order == CHEAPEST:  # a post costs the same everywhere but for the way to it: hours per child reached
        return (1 + villages.hours_to_township) / np.maximum(children, 1)
    if order == DESK_CAPACITY:  # township offices have equal staff: fewest children per office first
        per_township = np.bincount(villages.township, children, len(townships))
        return per_township[villages.township]
    if order == NEIGHBOURS:
        return _township_distance(counties, townships, villages)
    if order == RANKING:
        if ranking is None or len(ranking) != len(villages):
            raise ValueError(f"the order 'ranking' needs one number for each of the {len(villages)} villages")
        return np.asarray(ranking, dtype=np.float64)
    return np.zeros(len(villages))


def _township_distance(counties: np.recarray, townships: np.recarray, villages: np.recarray) -> np.ndarray:
    """How many townships lie between a village's township and the nearest where posts begin.

    Posts begin in townships with pilot villages, otherwise where the first village by keyed hash lies.
    Townships are taken to lie in the order of their codes, which follow the map roughly.
    """
    ties = _ties(villages, FIRST_VILLAGE)
    owner = np.repeat(np.arange(len(counties)), counties.n_villages)
    order = np.lexsort((ties, -villages.pilot, owner))
    first_of_county = order[np.searchsorted(owner, np.arange(len(counties)))[counties.n_villages > 0]]
    first = np.concatenate((villages.township[villages.pilot == 1], villages.township[first_of_county]))
    starts = np.unique(first)
    starts_county = townships.county[starts]
    mine = np.asarray(villages.township, dtype=np.int64)
    after = np.searchsorted(starts, mine)
    below, above = np.clip(after - 1, 0, len(starts) - 1), np.clip(after, 0, len(starts) - 1)
    far = len(townships) + 1
    nearest = np.full(len(villages), far)
    for near in (below, above):
        inside = starts_county[near] == villages.county
        nearest = np.where(inside, np.minimum(nearest, np.abs(starts[near] - mine)), nearest)
    return nearest.astype(np.float64)


def rank_villages(
    order: int,
    counties: np.recarray,
    townships: np.recarray,
    villages: np.recarray,
    children: np.ndarray,
    ranking: np.ndarray | None = None,
    n_rural_first: np.ndarray | None = None,
) -> np.ndarray:
    """Return the villages of each county in the order in which they get posts.

    Parameters
    ----------
    order, counties, townships, villages, children, ranking
        As for :func:`village_scores`.
    n_rural_first : int array, one per county, optional
        So many first places go to units of kind village, since the approach was made for the countryside
        before the mandate took it to all; by default as many as a county may open by itself.

    Returns
    -------
    int32 array, one per village
        ``rank[counties[c].first_village + k]`` is the index of the k-th village of county c. Pilot villages
        come first; what an order leaves equal is drawn. A user's ranking is followed to the letter.
    """
    owner = np.repeat(np.arange(len(counties), dtype=np.int32), counties["n_villages"])
    scores = village_scores(order, counties, townships, villages, children, ranking)
    ties = _ties(villages, ORDER_VILLAGE)
    rank = np.lexsort((ties, scores, owner if order == RANKING else -villages["pilot"], owner))
    if order != RANKING:
        first = rural_first(counties) if n_rural_first is None else np.asarray(n_rural_first)
        is_village = villages["kind"][rank] == KIND_VILLAGE
        early = is_village & (_count_within(is_village, counties) <= first[owner])
        early |= villages["pilot"][rank] == 1
        rank = rank[np.lexsort((np.arange(len(rank)), ~early, owner))]
    return rank.astype(np.int32)


def rural_first(counties: np.recarray, rules: np.recarray | None = None) -> np.ndarray:
    """Places of each county that go to units of kind village: all it may open before a mandate reaches it."""
    rules = rules_record(default_parameters()) if rules is None else rules
    share = np.floor(rules[0].pilot_posts_cap_share * counties["n_villages"])
    return np.maximum(share, rules[0].pilot_posts).astype(np.int64)


def _count_within(flags: np.ndarray, counties: np.recarray) -> np.ndarray:
    """Running count of ``flags`` within each county; flags stand in the order of counties."""
    through = np.cumsum(flags, dtype=np.int64)
    begins = np.asarray(counties["first_village"], dtype=np.int64)
    before = np.concatenate(([0], through))[np.minimum(begins, len(through))]
    return through - np.repeat(before, counties["n_villages"])


def villages_among(
    n_posts: np.ndarray, n_first: np.ndarray, n_kind_village: np.ndarray, n_villages: np.ndarray
) -> np.ndarray:
    """Expected number of units of kind village among a county's first ``n_posts`` by a neutral order.

    The first ``n_first`` places are theirs as far as there are any; the others mix. Elementwise, for each
    county; rounded down, int64.
    """
    early = np.minimum(n_kind_village, n_first)
    later = np.maximum(n_posts - early, 0)
    rest = np.maximum(n_villages - early, 1)
    return np.minimum(n_posts, early) + later * (n_kind_village - early) // rest
