"""How the approach spreads over counties: the serial step at the start of a month.

A county begins in stage none. It may adopt by itself (a few pilot posts that grow slowly), be reached by a
dated wave, and after a mandate it takes the approach to all its villages. Whoever decides sees the others as
they were at the end of last month, so the order in which counties are visited does not matter.

How many posts a county opens is limited by training seats (:mod:`model.seats`); which villages get them
follows a rank made once at set-up (:mod:`model.orders`); what becomes of a post is :mod:`model.staffing`.
"""

import math

import numpy as np

from columns.compiling import kernel
from columns.draws import draw, happens
from columns.layout import STAGE_NONE, STAGE_PILOT, STAGE_UNIVERSAL
from columns.numbers import Whole
from columns.streams import stream
from model.calendar import START_MONTH_OF_YEAR, WELFARE_WEEK_MONTH
from model.codes import PILOT_CLOSED, STAGED_CHAIN
from model.evidence import look_at_results
from model.money import affordable_posts, pilot_ended
from model.orders import FIRST_COME, NEIGHBOURS, sharing_of
from model.seats import allot_seats, mandate_in_force

ADOPTS = stream("county.adopts")
MANDATED = stream("county.mandated")

OUTSIDE = -1
"""A neighbour that is not part of this world: it follows the stored path of the country."""

HALF_WEIGHT = 0.5
LEAST = 1e-9
"""Keeps divisors above 0."""


@kernel
def spread_approach(
    month: Whole,
    counties: np.recarray,
    provinces: np.recarray,
    nation: np.recarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    waves: np.recarray,
    places: np.recarray,
    order: Whole,
    order_score: np.ndarray,
    shown: np.ndarray,
    chain_lag: np.ndarray,
    rules: np.recarray,
) -> None:
    """Let counties decide and hand out the seats of this month.

    Parameters
    ----------
    month : int
        Present month, 0 = 2010-05.
    counties, provinces, nation : record arrays
        COUNTY, PROVINCE and NATION (one row) of :mod:`columns.layout`; changed here.
    indptr, indices : int arrays
        Neighbours of county c are ``indices[indptr[c]:indptr[c + 1]]``; OUTSIDE for one outside this world.
    waves, places : record arrays
        WAVE and WAVE_PLACE; changed here.
    order : int
        Rollout order, a position in ``model.orders.ORDERS``.
    order_score : float64 array, one per county
        Static score of that order, lowest first.
    shown : float64 array, shape (months kept, counties)
        Ring of the visible results of past months (:mod:`model.evidence`); row ``month % months`` is written.
    chain_lag : float64 array, one per county
        Months from the mandate until the staged chain reaches the county.
    rules : record array of one row
        Parameters in force this month.
    """
    n = counties.shape[0]
    adopting = np.empty(n, dtype=np.bool_)
    near = np.empty(n, dtype=np.float64)
    demand = np.empty(n, dtype=np.int64)
    given = np.zeros(n, dtype=np.int64)
    settle_seats(counties, provinces, nation, waves, places)
    count_adopting(counties, provinces, nation, adopting)
    share_of_neighbours(counties, provinces, nation, indptr, indices, adopting, near)
    if rules[0].results_loop > 0.0:
        look_at_results(month, counties, provinces, indptr, indices, adopting, shown, rules)
    decide(month, counties, provinces, near, chain_lag, rules)
    begin_waves(month, counties, waves, places)
    for c in range(n):
        allow_posts(month, counties, c, rules)
    grant_waves(month, counties, waves, places)
    for c in range(n):
        demand[c] = open_demand(counties, c, rules)
    score = order_score
    if order == FIRST_COME:
        score = np.empty(n, dtype=np.float64)
        for c in range(n):
            score[c] = float(counties[c].stage_month)
    elif order == NEIGHBOURS:
        score = -near
    allot_seats(month, sharing_of(order), counties, provinces, nation, demand, score, given, rules)
    for c in range(n):
        counties[c].seats = counties[c].wave_seats + given[c]
        counties[c].seats_used = 0


@kernel
def settle_seats(
    counties: np.recarray,
    provinces: np.recarray,
    nation: np.recarray,
    waves: np.recarray,
    places: np.recarray,
) -> None:
    """Count the seats used last month and return those of waves that were not used."""
    used = np.int64(0)
    for p in range(provinces.shape[0]):
        provinces[p].seats_used = 0
    for c in range(counties.shape[0]):
        county_used = counties[c].seats_used
        used += county_used
        provinces[counties[c].province].seats_used += county_used
        unused = counties[c].wave_seats - county_used  # seats of a wave are used before others
        if unused > 0:
            counties[c].wave_posts -= unused
            for w in range(waves.shape[0] - 1, -1, -1):
                for i in range(waves[w].first, waves[w].first + waves[w].n_places):
                    if places[i].county == c and unused > 0:
                        back = min(unused, places[i].posts_given)
                        places[i].posts_given -= back
                        waves[w].seats_left += back
                        unused -= back
        counties[c].wave_seats = 0
    nation[0].seats_used = used


@kernel
def count_adopting(
    counties: np.recarray, provinces: np.recarray, nation: np.recarray, adopting: np.ndarray
) -> None:
    """Publish which counties and what share of each province are past stage none."""
    for p in range(provinces.shape[0]):
        provinces[p].n_adopting = 0
    for c in range(counties.shape[0]):
        adopting[c] = counties[c].stage != STAGE_NONE
        if adopting[c]:
            provinces[counties[c].province].n_adopting += 1
    for p in range(provinces.shape[0]):
        national = max(provinces[p].n_counties_national, provinces[p].n_counties)
        outside = (national - provinces[p].n_counties) * nation[0].outside_share
        provinces[p].adopting_share = (provinces[p].n_adopting + outside) / max(national, 1)


@kernel
def share_of_neighbours(
    counties: np.recarray,
    provinces: np.recarray,
    nation: np.recarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    adopting: np.ndarray,
    near: np.ndarray,
) -> None:
    """Set ``near``: the share of a county's neighbours that adopt; without any, that of its province."""
    for c in range(counties.shape[0]):
        first, last = indptr[c], indptr[c + 1]
        if first == last:
            near[c] = provinces[counties[c].province].adopting_share
            continue
        total = 0.0
        for i in range(first, last):
            if indices[i] == OUTSIDE:
                total += nation[0].outside_share
            elif adopting[indices[i]]:
                total += 1.0
        near[c] = total / (last - first)


@kernel
def adoption_hazard(
    month: Whole, county: np.record, province: np.record, near: float, rules: np.recarray
) -> float:
    """Monthly hazard with which a county adopts by itself, equation (2)."""
    boost = rules[0].sharing_boost
    if (month + START_MONTH_OF_YEAR - 1) % 12 + 1 == WELFARE_WEEK_MONTH:
        boost *= rules[0].welfare_week_boost
    peers = HALF_WEIGHT * near + HALF_WEIGHT * province.adopting_share
    pull = rules[0].adoption_p0_per_month + rules[0].adoption_q_per_month * peers
    if rules[0].results_loop > 0.0:
        pull += rules[0].visible_results_weight_per_month * county.evidence
    push = rules[0].provincial_push_per_month * rules[0].performance_indicator_multiplier * province.push
    return math.exp(county.propensity) * boost * pull + push


@kernel
def mandate_strength(month: Whole, province: np.record, rules: np.recarray) -> float:
    """M_p in 0–1, equation (8): how far the mandate has come down to the counties of a province."""
    if not mandate_in_force(month, rules):
        return 0.0
    late = month - rules[0].mandate_month - rules[0].mandate_delay_months - province.lag
    return 1.0 / (1.0 + math.exp(-late / max(rules[0].mandate_slope_months, LEAST)))


@kernel
def decide(
    month: Whole,
    counties: np.recarray,
    provinces: np.recarray,
    near: np.ndarray,
    chain_lag: np.ndarray,
    rules: np.recarray,
) -> None:
    """Move counties from none to pilot by themselves, equation (2), and to universal under a mandate, (8)."""
    staged = rules[0].mandate_form == STAGED_CHAIN
    in_force = mandate_in_force(month, rules)
    for c in range(counties.shape[0]):
        county = counties[c]
        if county.stage == STAGE_UNIVERSAL:
            continue
        province = provinces[county.province]
        if county.stage == STAGE_NONE:
            hazard = adoption_hazard(month, county, province, near[c], rules)
            if happens(draw(county.key, ADOPTS, month, 0), -math.expm1(-hazard)):
                counties[c].stage = STAGE_PILOT
                counties[c].stage_month = month
                counties[c].voluntary = 1
        if not in_force:
            continue
        if staged:
            mandated = month - rules[0].mandate_month > chain_lag[c]
        else:
            hazard = rules[0].mandate_hazard_per_month * mandate_strength(month, province, rules)
            mandated = happens(draw(county.key, MANDATED, month, 0), -math.expm1(-hazard))
        if mandated:
            counties[c].stage = STAGE_UNIVERSAL
            counties[c].stage_month = month


@kernel
def begin_waves(month: Whole, counties: np.recarray, waves: np.recarray, places: np.recarray) -> None:
    """Bring the counties of a wave that begins this month into the pilot stage."""
    for w in range(waves.shape[0]):
        if waves[w].month_start != month:
            continue
        for i in range(waves[w].first, waves[w].first + waves[w].n_places):
            c = places[i].county
            if counties[c].stage == STAGE_NONE:
                counties[c].stage = STAGE_PILOT
                counties[c].stage_month = month
                counties[c].voluntary = 0


@kernel
def allow_posts(month: Whole, counties: np.recarray, c: Whole, rules: np.recarray) -> None:
    """Set how many villages of a county may have a post, equations (6) and (9), and how many have money."""
    county = counties[c]
    n = county.n_villages
    allowed = 0
    if county.stage == STAGE_UNIVERSAL:
        target = min(n, np.int64(math.floor(rules[0].universal_posts_share * n)))
        rate = max(1.0, n / max(rules[0].county_rollout_months, 1.0))
        since = month - county.stage_month
        step = math.floor(rate * (since + 1)) - math.floor(rate * since)
        allowed = max(min(county.n_opened + np.int64(step), target), county.n_opened)
    elif county.stage == STAGE_PILOT:
        allowed = county.wave_posts
        if county.voluntary == 1:
            first = rules[0].pilot_posts
            cap = max(first, math.floor(rules[0].pilot_posts_cap_share * n))
            growth = math.pow(1.0 + rules[0].pilot_posts_growth_per_year, (month - county.stage_month) / 12)
            allowed += np.int64(math.floor(min(cap, first * growth)))
        allowed = max(min(allowed, n), county.n_opened)
    counties[c].posts_allowed = allowed
    closed = county.stage == STAGE_PILOT and county.pilot == 1 and pilot_ended(month, rules)
    counties[c].posts_funded = 0 if closed and rules[0].pilot_after_money == PILOT_CLOSED else n


@kernel
def grant_waves(month: Whole, counties: np.recarray, waves: np.recarray, places: np.recarray) -> None:
    """Give the seats of running waves, equation (7): an even share each month, all by the last month."""
    for w in range(waves.shape[0]):
        if month < waves[w].month_start or month > waves[w].month_end:
            continue
        months = waves[w].month_end - waves[w].month_start + 1
        due = waves[w].posts_per_county * (month - waves[w].month_start + 1) // months
        for i in range(waves[w].first, waves[w].first + waves[w].n_places):
            c = places[i].county
            room = counties[c].n_villages - counties[c].n_opened - counties[c].wave_seats
            seats = max(min(due - places[i].posts_given, room, waves[w].seats_left), 0)
            places[i].posts_given += seats
            waves[w].seats_left -= seats
            counties[c].wave_seats += seats
            counties[c].wave_posts += seats
            allowed = counties[c].posts_allowed
            if counties[c].stage == STAGE_PILOT:
                allowed += seats
            allowed = max(allowed, counties[c].n_opened + counties[c].wave_seats)
            counties[c].posts_allowed = min(allowed, counties[c].n_villages)


@kernel
def open_demand(counties: np.recarray, c: Whole, rules: np.recarray) -> Whole:
    """Posts that a county could open this month with seats of the national pool."""
    county = counties[c]
    demand = county.posts_allowed - county.n_opened - county.wave_seats
    if county.posts_funded < county.n_opened:
        return np.int64(0)
    if rules[0].budget_binds > 0.0:
        demand = min(demand, affordable_posts(county, rules) - county.n_opened - county.wave_seats)
    return np.int64(max(demand, 0))
