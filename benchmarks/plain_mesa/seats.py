"""Training seats: how many there are this month, and which counties get them."""

import math
from typing import TYPE_CHECKING

from columns.layout import STAGE_PILOT
from model.codes import SEATS_FROM_TRAINERS
from model.orders import FIRST_COME, NEIGHBOURS, PROPORTIONAL, PROVINCIAL_QUOTA

if TYPE_CHECKING:
    from benchmarks.plain_mesa.country import Country, Province, Wave
    from benchmarks.plain_mesa.county import County

LEAST = 1e-9
HALF_WORD = 32


def return_seats(country: "Country") -> None:
    """Count last month's seats and give those of waves back that were not used."""
    for province in country.provinces:
        province.seats_used = sum(county.seats_used for county in province.counties)
    country.seats_used = sum(county.seats_used for county in country.counties)
    for county in country.counties:
        unused = county.wave_seats - county.seats_used
        county.wave_posts -= max(unused, 0)
        for wave in reversed(country.waves):
            if unused > 0 and county in wave.given:
                back = min(unused, wave.given[county])
                wave.given[county] -= back
                wave.seats_left += back
                unused -= back
        county.wave_seats = 0


def grant_wave(wave: "Wave", month: int) -> None:
    """Give the seats of a running wave: an even share each month, all by its last."""
    if not wave.month_start <= month <= wave.month_end:
        return
    months = wave.month_end - wave.month_start + 1
    due = wave.posts_per_county * (month - wave.month_start + 1) // months
    for county in wave.given:
        n_villages = len(county.villages)
        room = n_villages - county.n_opened - county.wave_seats
        seats = max(min(due - wave.given[county], room, wave.seats_left), 0)
        wave.given[county] += seats
        wave.seats_left -= seats
        county.wave_seats += seats
        county.wave_posts += seats
        allowed = county.posts_allowed + (seats if county.stage == STAGE_PILOT else 0)
        county.posts_allowed = min(max(allowed, county.n_opened + county.wave_seats), n_villages)


def open_demand(county: "County") -> int:
    """Posts that a county could open with seats of the national pool."""
    demand = county.posts_allowed - county.n_opened - county.wave_seats
    if county.posts_funded < county.n_opened:
        return 0
    if county.model.rules.budget_binds:
        affordable = county.model.prices.affordable_posts(county)
        demand = min(demand, affordable - county.n_opened - county.wave_seats)
    return max(demand, 0)


def rounded(country: "Country", expected: float, key: int) -> int:
    """Round without bias by a draw."""
    chance = country.model.draws.uniform(key, "seats.rounded", country.model.month)
    return math.floor(max(expected, 0.0) + chance)


def national_seats(country: "Country") -> int:
    """Seats of the national pool for this world: constant, after the mandate growing by a rate."""
    rules = country.model.rules
    seats = rules.seats_before_mandate_per_month
    if country.mandate_in_force():
        since = country.model.month - rules.mandate_month
        seats = rules.seats_at_mandate_per_month * math.exp(rules.seats_growth_per_month * since)
    seats *= country.village_share * max(rules.villages_per_post, 1.0)
    return rounded(country, min(seats, float(country.n_villages)), country.key)


def train_trainers(country: "Country", asked: "dict[Province, int]") -> None:
    """Advance the trainers of every province and set the seats they offer."""
    rules = country.model.rules
    per_trainer = max(rules.seats_per_trainer_per_month, LEAST)
    bought = rules.trainers_bought_per_month * country.village_share
    for province in country.provinces:
        part = country.village_share * province.n_villages / max(country.n_villages, 1)
        trainers = province.trainers
        if country.mandate_in_force():
            if country.model.month == rules.mandate_month + 1:
                trainers = max(trainers, rules.seats_at_mandate_per_month * part / per_trainer)
            graduates = rules.trainer_graduates_share * province.seats_used
            trainers = trainers * (1.0 - rules.trainer_attrition_per_month) + graduates
        else:
            trainers = max(trainers, rules.seats_before_mandate_per_month * part / per_trainer)
        if country.open_demand > 0:
            trainers += bought * asked[province] / country.open_demand
        province.trainers = trainers
        seats = trainers * per_trainer * max(rules.villages_per_post, 1.0)
        province.seats = rounded(country, min(seats, float(province.n_villages)), province.key)


def allot_seats(country: "Country", near: "dict[County, float]") -> "dict[County, int]":
    """Return the seats of the pool that each county gets this month."""
    model, counties = country.model, country.counties
    demand = {county: open_demand(county) for county in counties}
    asked = {p: sum(demand[county] for county in p.counties) for p in country.provinces}
    country.open_demand = sum(demand.values())
    from_trainers = model.rules.seats_mode == SEATS_FROM_TRAINERS
    if from_trainers:
        train_trainers(country, asked)
        country.seats = sum(province.seats for province in country.provinces)
    else:
        country.seats = national_seats(country)
    for province in country.provinces:
        province.open_demand = asked[province]
    if not from_trainers and country.open_demand <= country.seats:
        for province in country.provinces:
            province.seats = asked[province]
        country.seats_allotted = country.open_demand
        return demand
    by_villages = country.order == PROVINCIAL_QUOTA
    shared = country.order in (PROPORTIONAL, PROVINCIAL_QUOTA)
    if shared or from_trainers:
        if not from_trainers:
            share_among_provinces(country, asked, by_villages)
        given: dict[County, int] = {}
        for province in country.provinces:
            here = {county: demand[county] for county in province.counties}
            ties = {county: county_tie(county) for county in here}
            if shared:
                weights = {c: len(c.villages) if by_villages else demand[c] for c in here}
                given |= share_out(province.seats, weights, here, ties)
            else:
                given |= first_come(province.seats, order_scores(country, near), here, ties)
    else:
        ties = {county: county_tie(county) for county in counties}
        given = first_come(country.seats, order_scores(country, near), demand, ties)
        for province in country.provinces:
            province.seats = sum(given[county] for county in province.counties)
    country.seats_allotted = sum(given.values())
    return given


def share_among_provinces(country: "Country", asked: "dict[Province, int]", by_villages: bool) -> None:
    """Divide the national pool over the provinces."""
    draws, month = country.model.draws, country.model.month
    ties = {p: draws.bits(p.key, "seats.province_tie", month) for p in country.provinces}
    weights = {p: p.n_villages if by_villages else asked[p] for p in country.provinces}
    for province, seats in share_out(country.seats, weights, asked, ties).items():
        province.seats = seats


def county_tie(county: "County") -> int:
    """Hash that orders equal counties this month."""
    return county.model.draws.bits(county.key, "seats.county_tie", county.model.month)


def order_scores(country: "Country", near: "dict[County, float]") -> "dict[County, float]":
    """Scores of the rollout order, lowest first."""
    if country.order == FIRST_COME:
        return {county: float(county.stage_month) for county in country.counties}
    if country.order == NEIGHBOURS:
        return {county: -near[county] for county in country.counties}
    return country.order_score


def first_come[T](seats: int, scores: dict[T, float], caps: dict[T, int], ties: dict[T, int]) -> dict[T, int]:
    """Fill the lowest score to its cap, then the next."""
    given = dict.fromkeys(caps, 0)
    for one in sorted(caps, key=lambda each: (scores[each], ties[each])):
        given[one] = min(seats, caps[one])
        seats -= given[one]
    return given


def share_out[T](seats: int, weights: dict[T, int], caps: dict[T, int], ties: dict[T, int]) -> dict[T, int]:
    """Share by weight, never above the caps: the full ones leave, the rest by largest remainder."""
    given = dict.fromkeys(caps, 0)
    left = seats
    sharing = [one for one in caps if caps[one] > 0]
    while left > 0 and sharing:
        total = sum(weights[one] for one in sharing)
        if total == 0:
            break
        full = [one for one in sharing if left * weights[one] >= caps[one] * total]
        if full:
            for one in full:
                given[one] = caps[one]
            left -= sum(caps[one] for one in full)
            sharing = [one for one in sharing if one not in full]
            continue
        parts = {one: divmod(left * weights[one], total) for one in sharing}
        for one in sharing:
            given[one] = parts[one][0]
        left -= sum(part for part, _ in parts.values())
        order = {one: (rest << HALF_WORD) | (ties[one] >> HALF_WORD) for one, (_, rest) in parts.items()}
        for one in sorted((o for o in sharing if parts[o][1]), key=lambda o: -order[o])[:left]:
            given[one] += 1
        break
    return given
