"""Training seats: how many there are in a month, and who gets them when they are short.

Every new post needs a seat, so seats limit how fast posts can be opened. All amounts are integers; what is
given never exceeds what was there or what was asked for, and ties are broken by keyed hash, never by the
order in memory.
"""

import math

import numpy as np

from columns.compiling import kernel
from columns.draws import HALF, draw, uniform
from columns.numbers import Truth, Whole
from columns.sorting import rank_by
from columns.streams import stream
from model.codes import SEATS_FROM_TRAINERS

SEATS_ROUNDED = stream("seats.rounded")
PROVINCE_TIE = stream("seats.province_tie")
COUNTY_TIE = stream("seats.county_tie")

# In which order counties are served when seats are short (see model.orders).
SHARED_BY_DEMAND, SHARED_BY_VILLAGES, BY_SCORE = range(3)

LEAST = 1e-9
"""Keeps divisors above 0."""


@kernel
def mandate_in_force(month: Whole, rules: np.recarray) -> Truth:
    """True in the months after the mandate; the month of the mandate still belongs to the world before."""
    return rules[0].mandate_month >= 0.0 and month > rules[0].mandate_month


@kernel
def whole_number(expected: float, key: np.uint64, stream_constant: np.uint64, month: Whole) -> Whole:
    """Round an expected number of seats to a whole one without bias, with a keyed draw; never below 0."""
    return np.int64(math.floor(max(expected, 0.0) + uniform(draw(key, stream_constant, month, 0))))


@kernel
def national_seats(month: Whole, nation: np.recarray, rules: np.recarray) -> Whole:
    """Seats for this world from the national pool in the calibrated mode, in villages.

    Before the mandate a constant number; afterwards equation (10). A part of the country gets its
    part by villages. A worker who serves several villages needs one seat, so a seat then opens that many.
    """
    if mandate_in_force(month, rules):
        since = month - rules[0].mandate_month
        seats = rules[0].seats_at_mandate_per_month * math.exp(rules[0].seats_growth_per_month * since)
    else:
        seats = rules[0].seats_before_mandate_per_month
    seats *= nation[0].village_share * max(rules[0].villages_per_post, 1.0)
    return whole_number(min(seats, float(nation[0].n_villages)), nation[0].key, SEATS_ROUNDED, month)


@kernel
def train_trainers(
    month: Whole, provinces: np.recarray, nation: np.recarray, asked: np.ndarray, rules: np.recarray
) -> None:
    """Advance the trainers of each province by a month and set the seats they offer.

    Equation (11): graduates are a share of last month's trainees, bought trainers are shared by open demand.
    In the first month under the mandate central money brings each province to its part of K0, so that both
    modes agree there; before it, trainers who leave are replaced one for one.
    """
    per_trainer = max(rules[0].seats_per_trainer_per_month, LEAST)
    bought = rules[0].trainers_bought_per_month * nation[0].village_share
    for p in range(provinces.shape[0]):
        part = nation[0].village_share * provinces[p].n_villages / max(nation[0].n_villages, 1)
        trainers = provinces[p].trainers
        if mandate_in_force(month, rules):
            if month == rules[0].mandate_month + 1:
                trainers = max(trainers, rules[0].seats_at_mandate_per_month * part / per_trainer)
            graduates = rules[0].trainer_graduates_share * provinces[p].seats_used
            trainers = trainers * (1.0 - rules[0].trainer_attrition_per_month) + graduates
        else:
            trainers = max(trainers, rules[0].seats_before_mandate_per_month * part / per_trainer)
        if nation[0].open_demand > 0:
            trainers += bought * asked[p] / nation[0].open_demand
        provinces[p].trainers = trainers
        seats = trainers * per_trainer * max(rules[0].villages_per_post, 1.0)
        seats = min(seats, float(provinces[p].n_villages))
        provinces[p].seats = whole_number(seats, provinces[p].key, SEATS_ROUNDED, month)


@kernel
def share_out(
    seats: Whole, weights: np.ndarray, caps: np.ndarray, ties: np.ndarray, given: np.ndarray
) -> Whole:
    """Share ``seats`` by ``weights``, equation (12), never above ``caps``: exact in integers.

    Parameters
    ----------
    seats : int
        How many there are; all are given unless all caps are reached first.
    weights, caps : int64 arrays
        A place with a cap above 0 needs a weight above 0, otherwise it gets nothing.
    ties : uint64 array
        Keyed hashes that order equal remainders.
    given : int64 array
        Set here.

    Returns
    -------
    int
        Seats that nobody could take.
    """
    n = weights.shape[0]
    for i in range(n):
        given[i] = 0
    left = np.int64(seats)
    while left > 0:
        total = np.int64(0)
        for i in range(n):
            if given[i] < caps[i]:
                total += weights[i]
        if total == 0:
            return left
        taken = np.int64(0)
        for i in range(n):  # whoever would get as much as it can take is served first
            if given[i] < caps[i] and left * weights[i] >= caps[i] * total:
                given[i] = caps[i]
                taken += caps[i]
        left -= taken
        if taken > 0:
            continue
        order_by = np.empty(n, dtype=np.uint64)
        handed = np.int64(0)
        for i in range(n):
            order_by[i] = np.uint64(0)
            if given[i] < caps[i]:
                product = left * weights[i]
                given[i] = product // total
                handed += given[i]
                rest = np.uint64(product - given[i] * total)
                if rest > np.uint64(0):
                    order_by[i] = (rest << HALF) | (ties[i] >> HALF)
        left -= handed
        ranked = np.empty(n, dtype=np.int64)
        rank_by(order_by, order_by, ranked)
        for j in range(left):
            given[ranked[n - 1 - j]] += 1
        return np.int64(0)
    return left


@kernel
def fill_by_score(
    seats: Whole, scores: np.ndarray, caps: np.ndarray, ties: np.ndarray, given: np.ndarray
) -> Whole:
    """Give ``seats`` to the lowest score first until its cap, then to the next; return what is left."""
    n = scores.shape[0]
    ranked = np.empty(n, dtype=np.int64)
    rank_by(scores, ties, ranked)
    for i in range(n):
        given[i] = 0
    left = np.int64(seats)
    for j in range(n):
        i = ranked[j]
        given[i] = min(left, caps[i])
        left -= given[i]
        if left == 0:
            break
    return left


@kernel
def allot_seats(
    month: Whole,
    sharing: Whole,
    counties: np.recarray,
    provinces: np.recarray,
    nation: np.recarray,
    demand: np.ndarray,
    score: np.ndarray,
    given: np.ndarray,
    rules: np.recarray,
) -> None:
    """Set ``given``, the seats of the national pool that each county gets this month.

    Parameters
    ----------
    month : int
        Present month.
    sharing : int
        SHARED_BY_DEMAND, SHARED_BY_VILLAGES or BY_SCORE.
    counties, provinces, nation : record arrays
        ``provinces.open_demand``, ``seats`` and the totals in ``nation`` are written.
    demand : int64 array, one per county
        Posts that could be opened this month.
    score : float64 array, one per county
        Lowest first; read only with BY_SCORE.
    given : int64 array, one per county
        Output.
    rules : record array of one row
        Parameters of this month.
    """
    n_counties, n_provinces = counties.shape[0], provinces.shape[0]
    ties = np.empty(n_counties, dtype=np.uint64)
    villages = np.empty(n_counties, dtype=np.int64)
    asked = np.zeros(n_provinces, dtype=np.int64)
    total = np.int64(0)
    for c in range(n_counties):
        asked[counties[c].province] += demand[c]
        total += demand[c]
    nation[0].open_demand = total
    local = rules[0].seats_mode == SEATS_FROM_TRAINERS
    if local:
        train_trainers(month, provinces, nation, asked, rules)
        nation[0].seats = 0
        for p in range(n_provinces):
            nation[0].seats += provinces[p].seats
    else:
        nation[0].seats = national_seats(month, nation, rules)
    for p in range(n_provinces):
        provinces[p].open_demand = asked[p]
    if total <= nation[0].seats and not local:
        for c in range(n_counties):
            given[c] = demand[c]
        for p in range(n_provinces):
            provinces[p].seats = asked[p]
        nation[0].seats_allotted = total
        return
    for c in range(n_counties):
        ties[c] = draw(counties[c].key, COUNTY_TIE, month, 0)
        villages[c] = counties[c].n_villages if sharing == SHARED_BY_VILLAGES else demand[c]
    if sharing == BY_SCORE and not local:
        fill_by_score(nation[0].seats, score, demand, ties, given)
        for p in range(n_provinces):
            provinces[p].seats = 0
        for c in range(n_counties):
            provinces[counties[c].province].seats += given[c]
    else:
        share = np.empty(n_provinces, dtype=np.int64)
        if local:
            for p in range(n_provinces):
                share[p] = provinces[p].seats
        else:
            province_ties = np.empty(n_provinces, dtype=np.uint64)
            weights = np.empty(n_provinces, dtype=np.int64)
            for p in range(n_provinces):
                province_ties[p] = draw(provinces[p].key, PROVINCE_TIE, month, 0)
                weights[p] = provinces[p].n_villages if sharing == SHARED_BY_VILLAGES else asked[p]
            share_out(nation[0].seats, weights, asked, province_ties, share)
        for p in range(n_provinces):
            provinces[p].seats = share[p]
            a = provinces[p].first_county
            b = a + provinces[p].n_counties
            if sharing == BY_SCORE:
                fill_by_score(share[p], score[a:b], demand[a:b], ties[a:b], given[a:b])
            else:
                share_out(share[p], villages[a:b], demand[a:b], ties[a:b], given[a:b])
    nation[0].seats_allotted = 0
    for c in range(n_counties):
        nation[0].seats_allotted += given[c]
