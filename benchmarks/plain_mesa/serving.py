"""The county's month at the desks: who gives up, who is taken up, and what is decided."""

from typing import TYPE_CHECKING

from benchmarks.plain_mesa.child import FILED, Child
from benchmarks.plain_mesa.desk import Desk
from columns.layout import (
    ADMITTED,
    CLEAR,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from model.calendar import is_term_start
from model.codes import DESK_COUNTY, DESK_TOWNSHIP, PLAN_FOLLOW
from model.stationary import HUKOU

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County, Request

FEN_PER_YUAN = 100


def serve_desks(county: "County") -> None:
    """Open the desks, let the impatient go, serve as far as minutes reach."""
    model, rules = county.model, county.model.rules
    model.meters["queue_entries"] += len(county.queue)
    offices = [*county.desks, *(desk for township in county.townships for desk in township.desks)]
    for desk in offices:
        staff = desk.base_minutes * rules.desk_fte_factor * model.desk_growth + desk.extra_minutes
        desk.open(staff, county.key)
        county.counters["desk_minutes_added"] += desk.added
    for village in county.villages:
        village.desk.open(village.support_minutes, county.key)
    county.queue = [request for request in county.queue if still_waits(request)]
    for request in county.queue:
        if request.child.needs[request.service].state != ADMITTED:
            desk_of(request).receive(request)
    find_minutes(county, offices)
    desks = [*offices, *(village.desk for village in county.villages)]
    chosen = set().union(*(desk.choose() for desk in desks))
    county.queue = [r for r in county.queue if r not in chosen or attend(r)]
    if rules.desk_plan == PLAN_FOLLOW:
        for desk in offices:
            wanted = desk.queue_minutes * rules.desk_follow_backlog_share / 12
            delay = max(rules.desk_follow_backlog_delay_months, 1.0)
            desk.extra_minutes += (wanted - desk.extra_minutes) / delay


def desk_of(request: "Request") -> Desk:
    """Where a request is handled."""
    village, service = request.child.village, request.child.model.services[request.service]
    if service.desk == DESK_COUNTY:
        return village.county.desks[service.number]
    if service.desk == DESK_TOWNSHIP:
        return village.township.desks[service.number]
    return village.desk


def find_minutes(county: "County", offices: list[Desk]) -> None:
    """Pool, buy and stretch minutes once it is known how many are asked for."""
    model = county.model
    if model.rules.one_stop:
        for place in (county.desks, *(township.desks for township in county.townships)):
            pool(place)
    affordable = model.prices.minutes_affordable(county)
    for desk in offices:
        bought = desk.buy(affordable)
        affordable -= bought
        county.counters["desk_minutes_bought"] += bought
    for desk in (*offices, *(village.desk for village in county.villages)):
        county.counters["desk_minutes_elastic"] += desk.stretch()


def pool(place: list[Desk]) -> None:
    """One window: the minutes of an office go to its desks as they are asked for."""
    for office in {desk.service.office for desk in place}:
        desks = [desk for desk in place if desk.service.office == office]
        kept = {desk: desk.minutes(desk.reserved) for desk in desks}
        pooled = sum(desk.offered - kept[desk] for desk in desks)
        asked = sum(desk.asked() - kept[desk] for desk in desks)
        if asked:
            for desk in desks:
                desk.offered = kept[desk] + pooled * (desk.asked() - kept[desk]) // asked


def still_waits(request: "Request") -> bool:
    """Whether a request still stands at its desk: nobody left, nobody lost patience, no term began."""
    child, number = request.child, request.service
    if not child.present:
        return False
    state = child.needs[number].state
    if request.review:
        return state == SERVED
    if state == ADMITTED:
        if is_term_start(child.model.month):
            child.move(number, SERVED)
            return False
        return True
    return state in FILED and not (request.wait() > 0 and loses_patience(request))


def loses_patience(request: "Request") -> bool:
    """Whether a family that waits gives up this month; too long a wait costs trust once."""
    child, number, wait = request.child, request.service, request.wait()
    helped = child.needs[number].state == FILED_HELPED
    if helped and wait == int(child.model.rules.trust_wait_months) + 1:
        child.household.remember(good=False)
    if not child.happens(child.model.give_up[number][wait], "case.gives_up_waiting", number):
        return False
    child.move(number, GAVE_UP, "gave_up")
    child.count_wait(number, "gave_up", wait)
    if helped:
        child.household.remember(good=False)
    child.village.county.idle.append((child, number))
    return True


def attend(request: "Request") -> bool:
    """A clerk takes up a case; return whether it stays, admitted and waiting for the term."""
    child, number = request.child, request.service
    service, need = child.model.services[number], child.needs[number]
    if request.review:
        need.under_review = False
        child.count(number, "reviewed")
        if child.happens(service.lapse_share, "case.review", number):
            child.count(number, "lapsed")
            child.open_spell(number)
        return False
    refusal = refusal_of(child, number)
    u = child.uniform("case.decision", number)
    if u < refusal:
        refuse(request)
    elif u >= 1.0 - service.not_eligible_share:
        child.count_wait(number, "left", request.wait())
        child.move(number, NOT_ELIGIBLE, "told_not_eligible")
        child.village.county.idle.append((child, number))
    else:
        grant(request)
        return bool(service.term_entry)
    return False


def refusal_of(child: Child, number: int) -> float:
    """Chance of a refusal for missing papers."""
    rules, service = child.model.rules, child.model.services[number]
    refusal = service.refusal_share
    if rules.documents_chain and child.has_open(service.soft_prerequisite):
        refusal += service.refusal_without
    if child.needs[number].state == FILED_HELPED:
        refusal *= 1.0 - rules.refusal_correction_share
    if rules.one_stop:
        refusal *= rules.one_stop_refusal_multiplier
    return min(refusal, 1.0 - service.not_eligible_share)


def refuse(request: "Request") -> None:
    """Papers are missing: back to gathering."""
    child, number = request.child, request.service
    helped = child.needs[number].state == FILED_HELPED
    child.count_wait(number, "refused", request.wait())
    child.move(number, GATHERING_HELPED if helped else GATHERING_ALONE, "refused")
    if helped:
        child.household.remember(good=False)
    child.village.county.gathering.append((child, number))


def grant(request: "Request") -> None:
    """The request is granted."""
    child, number, wait = request.child, request.service, request.wait()
    rules, service, need = child.model.rules, child.model.services[number], child.needs[number]
    helped = need.state == FILED_HELPED
    child.count(number, "wait_months", wait)
    child.count_wait(number, "served", wait)
    if wait <= rules.served_within_months:
        child.count(number, "served_within_limit")
        if need.cohort:
            child.count(number, "cohort_in_time")
    lasting = SERVED if service.durable else CLEAR
    state = ADMITTED if service.term_entry else lasting
    child.move(number, state, "served_helped" if helped else "served_alone")
    need.found = need.filed = False
    child.village.county.counters["case_fen"] += int(service.unit_cost_yuan * FEN_PER_YUAN)
    if helped:
        child.village.helped_served += 1
        child.household.remember(good=True)
    if rules.documents_chain:
        go_on(child, number, helped)


def go_on(child: Child, number: int, helped: bool) -> None:
    """With a paper in hand the family goes on at once to the paper it was for."""
    for service in child.model.services[: HUKOU + 1]:
        waits_for_it = service.hard_prerequisite == number
        if waits_for_it and child.needs[service.number].state in (UNMET, FOUND):
            child.move(service.number, GATHERING_HELPED if helped else GATHERING_ALONE)
            child.village.county.gathering.append((child, service.number))
