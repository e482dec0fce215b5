"""A county: its parts, its lists of open spells, and the county's phases of a month in their order."""

from collections import Counter, deque
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa.child import GATHERING, IDLE, Child
from benchmarks.plain_mesa.desk import Desk
from benchmarks.plain_mesa.household import Place
from benchmarks.plain_mesa.settling import begin_eligibility, settle_newcomer
from benchmarks.plain_mesa.village import Village
from columns.layout import (
    ADMITTED,
    CLEAR,
    FOUND,
    GATHERING_ALONE,
    GAVE_UP,
    NOT_ELIGIBLE,
    STAGE_NONE,
    UNMET,
)
from model.codes import CHILDHOOD_MONTHS, DESK_VILLAGE, OFFICE_PROTECTION

if TYPE_CHECKING:
    from benchmarks.plain_mesa.country import Province

Spell = tuple[Child, int]
"""A child and the number of a service."""


class Request:
    """A case or a review that stands at a desk."""

    __slots__ = ("accompanied", "child", "filed_month", "priority", "review", "service")

    def __init__(
        self, child: Child, service: int, priority: int = 0, review: bool = False, accompanied: bool = False
    ) -> None:
        self.child, self.service = child, service
        self.filed_month = child.model.month
        self.priority, self.review, self.accompanied = priority, review, accompanied

    def wait(self) -> int:
        """Months since filing."""
        return self.child.model.month - self.filed_month


class Township(mesa.Agent):
    """A township with its desks and supervisors."""

    def __init__(self, model: Any, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.desks: list[Desk] = []
        self.supervisor_minutes = 0
        self.n_posts = 0


class Sector(mesa.Agent):
    """The countryside or the towns of a county: for these a census counts children."""

    def __init__(self, model: Any, number: int, record: Any) -> None:
        super().__init__(model)
        self.number, self.key = number, int(record.key)
        self.first_slot, self.n_slots = int(record.first_slot), int(record.n_slots)
        self.villages: list[Village] = []
        self.vacant: deque[Place] = deque()
        self.last_vacated: Place | None = None
        self.births = model.inputs.plan.births[number].tolist()
        self.target = model.inputs.plan.target[number].tolist()

    def n_children(self) -> int:
        """Children who live here now."""
        return self.n_slots - len(self.vacant)

    def vacate(self, place: Place) -> None:
        """A place falls vacant."""
        self.vacant.append(place)
        self.last_vacated = place

    def age_population(self) -> list[Child]:
        """Children grow up, pass age limits, are born and move; return those who may have an event."""
        month, rules = self.model.month, self.model.rules
        n_grown = 0
        for village in self.villages:
            for child in village.children():
                age = child.age()
                if age == CHILDHOOD_MONTHS:
                    child.leave()
                    n_grown += 1
                    continue
                if age in self.model.age_limits and child.arrival_month < month:
                    pass_age_limit(child, age)
        for _ in range(n_grown if rules.hold_population else self.births[month]):
            settle_newcomer(self, 0)
        if not rules.hold_population:
            self.migrate(self.target[month])
        survival = self.model.inputs.survival
        children = [child for village in self.villages for child in village.children()]
        candidates = [child for child in children if self.model.draws.is_candidate(child, month, survival)]
        self.model.meters["candidates"] += len(candidates)
        self.model.meters["child_months"] += self.n_children()
        return candidates

    def migrate(self, target: int) -> None:
        """Children leave or come until there are as many as the census path asks for."""
        draws, month = self.model.draws, self.model.month
        attempt = 0
        while self.n_children() > target:
            chance = draws.uniform(self.key, "sector.moves_away", month, attempt)
            child = self.place(int(chance * self.n_slots)).child
            if child is not None:
                child.leave()
            attempt += 1
        arrival = 0
        while self.n_children() < target and self.vacant:
            age = int(draws.uniform(self.key, "sector.arrival_age", month, arrival) * CHILDHOOD_MONTHS)
            settle_newcomer(self, age)
            arrival += 1

    def place(self, number: int) -> Place:
        """Return a place by its number in the sector."""
        for village in self.villages:
            if number < village.n_slots:
                return village.places[number]
            number -= village.n_slots
        raise IndexError(number)


def pass_age_limit(child: Child, age: int) -> None:
    """A birthday at which services begin or end for a child."""
    for service in child.model.services:
        if age == service.max_age_months:
            child.end_entitlement(service.number)
        elif age == service.min_age_months and child.is_eligible(service):
            begin_eligibility(child, service)
    child.set_clock(0)


class County(mesa.Agent):
    """A county with everything in it."""

    def __init__(self, model: Any, number: int, record: Any) -> None:
        super().__init__(model)
        self.number, self.key = number, int(record.key)
        self.province: Province
        self.region, self.poverty_third = int(record.region), int(record.poverty_third)
        self.poor_percentiles = int(record.poor_percentiles)
        self.children_at_start = float(record.children)
        self.propensity, self.pilot = float(record.propensity), bool(record.pilot)
        self.townships: list[Township] = []
        self.villages: list[Village] = []
        self.by_rank: list[Village] = []
        self.sectors: list[Sector] = []
        self.desks: list[Desk] = []
        # the spread of the approach
        self.stage, self.stage_month = STAGE_NONE, -1
        self.voluntary = False
        self.posts_allowed = self.posts_funded = self.wave_posts = 0
        self.seats = self.wave_seats = self.seats_used = 0
        self.next_election = int(record.next_election)
        self.n_opened = 0
        self.evidence = self.effective_coverage = 0.0
        self.budget = self.spent = 0
        self.counters: Counter[str] = Counter()
        # children in need
        self.idle: list[Spell] = []
        self.gathering: list[Spell] = []
        self.queue: list[Request] = []

    def list_newcomer(self, child: Child, number: int) -> None:
        """Put the need of a child who has come, or reached an age limit, on the list where it belongs."""
        state = child.needs[number].state
        if state in IDLE:
            self.idle.append((child, number))
        elif state in GATHERING:
            self.gathering.append((child, number))
        elif state == ADMITTED:
            self.queue.append(Request(child, number))
            return
        else:
            return
        child.count(number, "came_in_need")

    # Needs begin and end.

    def arise_needs(self, candidates: list[Child]) -> None:
        """What is open moves on by itself, then new needs begin."""
        if self.model.rules.shock_county_share > 0.0:
            self.strike()
        self.end_gathering()
        self.end_or_seek()
        for child in candidates:
            if child.present:
                child.have_event()

    def strike(self) -> None:
        """A shock hits some counties: some of their children suddenly need support and protection."""
        rules, draws, month = self.model.rules, self.model.draws, self.model.month
        if not draws.happens(rules.shock_county_share, self.key, "county.shock", month):
            return
        for village in self.villages:
            for child in village.children():
                for service in self.model.services:
                    share = 0.0
                    if service.desk == DESK_VILLAGE:
                        share = rules.shock_psychosocial_share
                    elif service.office == OFFICE_PROTECTION:
                        share = rules.shock_protection_share
                    clear = child.needs[service.number].state == CLEAR
                    if clear and share > 0.0 and child.happens(share, "child.shock", service.number):
                        child.open_spell(service.number)

    def end_gathering(self) -> None:
        """Some needs end while papers are gathered for them."""
        kept: list[Spell] = []
        for child, number in self.gathering:
            if not child.present or child.needs[number].state not in GATHERING:
                continue
            end = self.model.end[number]
            if end > 0.0 and child.uniform("child.seeks_or_ends", number) < end:
                child.move(number, CLEAR, "ended")
            else:
                kept.append((child, number))
        self.gathering = kept

    def end_or_seek(self) -> None:
        """Needs on which nobody works: they end, or families apply, come back or ask for a visit."""
        self.idle.sort(key=lambda spell: (spell[0].place.slot, spell[1]))
        spells, self.idle = self.idle, []
        last: Spell | None = None
        for spell in spells:
            child, number = spell
            if not child.present or child.needs[number].state not in IDLE or spell == last:
                continue
            last = spell
            if self.move_by_itself(child, number):
                self.idle.append(spell)

    def move_by_itself(self, child: Child, number: int) -> bool:
        """One month of an idle need; return whether it stays idle."""
        model, rules = self.model, self.model.rules
        halvings = model.halvings[number]
        if not model.draws.may_move(child, number, model.month, halvings):
            return True
        model.meters["open_spells"] += 1
        state, village = child.needs[number].state, child.village
        end = model.end[number]
        forward, onward = 0.0, GATHERING_ALONE
        if state in (UNMET, FOUND):
            barred = rules.documents_chain and child.has_open(model.services[number].hard_prerequisite)
            if not barred:
                forward = model.seek[number]
                if state == FOUND:
                    forward = min(forward * rules.information_multiplier, 1.0 - end)
        elif state == GAVE_UP:
            forward, onward = rules.return_after_giving_up_per_month, UNMET
        elif state == NOT_ELIGIBLE:
            forward, onward = rules.return_after_not_eligible_per_month, UNMET
        u = child.uniform("child.seeks_or_ends", number) * 0.5**halvings
        if u >= forward + end:
            if state == UNMET and village.worker.is_active():
                asking = rules.asks_for_visit_per_month * model.asking * child.household.trust()
                child.household.asked |= u < end + forward + asking
            return True
        if u < end:
            child.move(number, CLEAR, "ended")
            return False
        child.move(number, onward)
        if onward == UNMET:
            return True
        self.gathering.append((child, number))
        return False

    # What others can see.

    def publish_coverage(self) -> None:
        """Share of needs met: where the approach is adopted, in the villages with a trained worker."""
        seen = [v for v in self.villages if self.stage == STAGE_NONE or v.worker.is_active()]
        eligible, unmet = sum(v.n_eligible() for v in seen), sum(v.n_unmet() for v in seen)
        self.effective_coverage = (eligible - unmet) / eligible if eligible > 0 else float("nan")
