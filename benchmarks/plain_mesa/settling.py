"""Where people come from: households at the start, children at the start, newborn and arriving children."""

import math
from bisect import bisect_right
from types import SimpleNamespace
from typing import Any

from benchmarks.plain_mesa.child import IDLE, Child, Need
from benchmarks.plain_mesa.draws import ALWAYS
from benchmarks.plain_mesa.household import Household, Place, as_steps
from benchmarks.plain_mesa.village import Village
from columns.layout import (
    ADMITTED,
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    CARE_PARENTS,
    CLEAR,
    GATHERING_ALONE,
    GAVE_UP,
    INELIGIBLE,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from model.codes import CHILDHOOD_MONTHS
from model.stationary import (
    BORN_WITHOUT_BOTH,
    BORN_WITHOUT_HUKOU,
    CERTIFICATE,
    CLASS_MIGRANT,
    CLASS_PILOT,
    CLASS_POOR,
    CLASS_REMOTE,
    COMPLETE,
    HUKOU,
    LACKING,
)

MOST_PLACES = 4
PERCENTILES = 100
GOLDEN_STEP = 0.6180339887498949
CHAIN = (CLEAR, UNMET, GATHERING_ALONE, GAVE_UP, NOT_ELIGIBLE, SERVED)
"""States of the stationary table of a need, in its order."""
PAPER_CHAIN = (UNMET, GATHERING_ALONE, GAVE_UP, NOT_ELIGIBLE)
"""States of the table of papers: first without certificate, then without hukou alone, then with both."""


# Households.


def settle_households(village: Village) -> None:
    """Fill a village with households and their places."""
    model = village.model
    rules, draws = model.rules, model.draws
    extra_share = (rules.household_slots_base - 1.0) / (MOST_PLACES - 1)
    while len(village.places) < village.n_slots:
        number = len(village.households)
        home = Household(model, village, number)
        n_places = 1
        for extra in range(MOST_PLACES - 1):
            index = number * MOST_PLACES + extra
            n_places += draws.happens(extra_share, village.key, "household.slots", ALWAYS, index)
        for _ in range(min(n_places, village.n_slots - len(village.places))):
            place = Place(home, len(village.places), village.first_slot + len(village.places))
            home.places.append(place)
            village.places.append(place)
        village.households.append(home)
        describe(home)
    village.trust_sum = as_steps(rules.trust_start) * len(village.households)
    village.review_month = int(draws.uniform(village.key, "village.review_month", ALWAYS) * 12)


def describe(home: Household) -> None:
    """Draw how well off a household is, who looks after the children, and what it belongs to."""
    village, model = home.village, home.model
    rules, draws, number = model.rules, model.draws, home.number

    def has(decision: str, share: float) -> bool:
        return draws.happens(share, village.key, f"household.{decision}", ALWAYS, number)

    line = village.county.poor_percentiles
    level = draws.uniform(village.key, "household.wealth", ALWAYS, number)
    if has("poor", village.poverty):
        home.wealth = min(int(level * line), PERCENTILES - 1)
    else:
        home.wealth = min(line + int(level * (PERCENTILES - line)), PERCENTILES - 1)
    home.poor = home.wealth < line
    away = draws.uniform(village.key, "household.caregiver", ALWAYS, number)
    home.caregiver = CARE_PARENTS
    if away < village.left_behind:
        one = away < village.left_behind * rules.one_parent_away_share
        home.caregiver = CARE_ONE_PARENT if one else CARE_GRANDPARENTS
    home.strained = has("coping", rules.caregiver_strained_share)
    home.minority = has("minority", village.minority)
    home.migrant = has("migrant", village.migrant)
    home.hiv = has("hiv", village.hiv_affected)
    home.trust_steps = as_steps(rules.trust_start)


# Children.


def settle_sector(sector: Any) -> None:
    """Place the first children of the countryside or the towns of a county, with exact numbers by age."""
    model = sector.model
    draws, plan = model.draws, model.inputs.plan
    cohorts = plan.first_cohorts[sector.number].tolist()
    upto = [sum(cohorts[: age + 1]) for age in range(CHILDHOOD_MONTHS)]
    shift = draws.uniform(sector.key, "sector.age_order", ALWAYS)
    placed, vacant = 0, []
    for village in sector.villages:
        order = [
            (draws.bits(village.key, "child.slot_at_start", ALWAYS, place.number), place)
            for place in village.places
        ]
        order.sort(key=lambda pair: pair[0])
        n_children = int(plan.village_children[village.number])
        for _, place in order[:n_children]:
            turn = shift + placed * GOLDEN_STEP
            age = bisect_right(upto, int((turn - math.floor(turn)) * upto[-1]))
            child = settle_child(place, age)
            child.set_clock(1 if age in model.age_limits else 0)
            placed += 1
        vacant += order[n_children:]
    for _, place in sorted(vacant, key=lambda pair: pair[0]):
        sector.vacate(place)


def settle_newcomer(sector: Any, age: int) -> None:
    """A child is born or arrives in the place that has been vacant longest."""
    place = sector.vacant.popleft()
    child = settle_child(place, age)
    if age == 0:
        for number, need in enumerate(child.needs):
            if need.state in IDLE or need.state == GATHERING_ALONE:
                child.follow(number)
    child.set_clock(0)


def settle_child(place: Place, age: int) -> Child:
    """A child of an age comes into a place; draw what it is and how far its needs have come."""
    model = place.household.model
    rules, draws = model.rules, model.draws
    child = Child(model, place, model.month - age)
    place.child = place.last = child
    key, village = child.key, child.village
    child.female = draws.happens(0.5, key, "child.sex")
    child.disabled = draws.happens(rules.disabled_share, key, "child.disability")
    child.unattended = draws.happens(village.unattended_share(), key, "child.unattended_at_entry")
    child.hiv = child.household.hiv and draws.happens(rules.hiv_child_share, key, "child.hiv")
    papers = draw_papers(child, age)
    child.needs = [Need(INELIGIBLE, model.month) for _ in model.services]
    for service in model.services:
        state = INELIGIBLE
        if child.is_eligible(service):
            if service.number in papers:
                state = papers[service.number]
            else:
                state = draw_need(child, service, age - service.min_age_months)
        child.needs[service.number].state = state
        village.stock[state] += 1
        village.county.list_newcomer(child, service.number)
    return child


def begin_eligibility(child: Child, service: SimpleNamespace) -> None:
    """A child reaches the age of a service: draw its need as of today."""
    number = service.number
    state = draw_need(child, service, 0)
    child.village.stock[child.needs[number].state] -= 1
    child.village.stock[state] += 1
    child.needs[number] = Need(state, child.model.month)
    child.village.county.list_newcomer(child, number)
    if state in IDLE or state == GATHERING_ALONE:
        child.follow(number)


def class_of(child: Child) -> int:
    """Row of the stationary tables."""
    village, home = child.village, child.household
    return (
        CLASS_PILOT * village.pilot
        + CLASS_REMOTE * village.remote
        + CLASS_POOR * home.poor
        + CLASS_MIGRANT * home.migrant
    )


def draw_need(child: Child, service: SimpleNamespace, since: int) -> int:
    """Draw the state of a need as it is in the world without the programme.

    ``since`` are the months since the entry age. The share in need is that of the table with the child's own
    odds; the states beyond it keep their proportions.
    """
    model, rules, number = child.model, child.model.rules, service.number
    papers = LACKING if child.has_open(HUKOU) else COMPLETE
    table = model.profile[class_of(child)][number][since][papers]
    u = model.draws.uniform(child.key, "child.initial_need", ALWAYS, number)
    chain = 0
    if service.status:
        while chain < len(CHAIN) - 1 and u >= table[chain]:
            chain += 1
    else:
        in_need = 1.0 - table[0]
        multiplier, scale = child.multiplier(service), child.village.need_scale[number]
        share = with_odds(in_need, scale * multiplier)
        grown = since + service.min_age_months - int(rules.young_months)
        for_the_young = service.young_multiplier != 1.0 and service.min_age_months < rules.young_months
        if for_the_young and grown >= 0:  # what came in the first years fades with the outflow
            multiplier += service.young_excess
            lasting = model.lasting[number]
            share += (with_odds(in_need, scale * multiplier) - share) * math.pow(lasting, grown)
        if u < share:
            rest = table[0] + in_need * u / share
            chain = 1
            while chain < len(CHAIN) - 1 and rest >= table[chain]:
                chain += 1
    state = CHAIN[chain]
    return ADMITTED if service.term_entry and state == SERVED else state


def with_odds(share: float, odds: float) -> float:
    """Share where the odds are a multiple of the usual ones."""
    return odds * share / (1.0 - share + odds * share)


def draw_papers(child: Child, age: int) -> dict[int, int]:
    """Draw certificate and hukou together."""
    model, rules, draws, village = child.model, child.model.rules, child.model.draws, child.village
    if village.pilot:
        born = rules.births_without_hukou_pilot_share
        both = rules.births_without_certificate_pilot_share
    else:
        born = rules.births_without_hukou_share
        both = rules.births_without_certificate_share
    born = min(born * village.need_scale[HUKOU] * child.multiplier(model.services[HUKOU]), 1.0)
    if not draws.happens(born, child.key, "child.born_without_papers", ALWAYS, 0):
        return {CERTIFICATE: CLEAR, HUKOU: CLEAR}
    neither = draws.happens(both, child.key, "child.born_without_papers", ALWAYS, 1)
    table = model.papers[class_of(child)][age][BORN_WITHOUT_BOTH if neither else BORN_WITHOUT_HUKOU]
    u = draws.uniform(child.key, "child.initial_need", ALWAYS, HUKOU)
    chain = 0
    while chain < 2 * len(PAPER_CHAIN) and u >= table[chain]:
        chain += 1
    if chain == 2 * len(PAPER_CHAIN):
        return {CERTIFICATE: CLEAR, HUKOU: CLEAR}
    if chain >= len(PAPER_CHAIN):
        return {CERTIFICATE: CLEAR, HUKOU: PAPER_CHAIN[chain - len(PAPER_CHAIN)]}
    return {CERTIFICATE: PAPER_CHAIN[chain], HUKOU: UNMET}
