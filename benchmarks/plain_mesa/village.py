"""A village: whom its worker visits in which order, what is noticed, and its child-friendly space."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa.child import GATHERING, OPEN, Child
from benchmarks.plain_mesa.draws import ALWAYS
from benchmarks.plain_mesa.household import TRUST_STEPS, Household, Place
from benchmarks.plain_mesa.worker import Worker
from columns.layout import (
    CARE_GRANDPARENTS,
    CARE_PARENTS,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    INELIGIBLE,
    N_STATES,
    NOT_ELIGIBLE,
    UNMET,
)
from model.codes import (
    MINUTES_PER_HOUR,
    REQUESTS_FIRST,
    ROUND_ROBIN,
    SCOPE_HIV,
    SCOPE_UNIVERSAL,
    SCOPE_VULNERABLE,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County, Sector, Township
    from benchmarks.plain_mesa.desk import Desk

UNNOTICED = frozenset((UNMET, GAVE_UP, NOT_ELIGIBLE, GATHERING_ALONE))
"""Open needs of which the worker does not know, or no longer."""


class Village(mesa.Agent):
    """A village, community or camp with its households, worker and space."""

    def __init__(self, model: Any, number: int, record: Any) -> None:
        super().__init__(model)
        self.number = number
        self.key = int(record.key)
        self.county: County
        self.township: Township
        self.sector: Sector
        self.desk: Desk
        self.kind = int(record.kind)
        self.remote, self.pilot = bool(record.remote), bool(record.pilot)
        self.poverty, self.minority = float(record.poverty), float(record.minority)
        self.left_behind, self.migrant = float(record.left_behind), float(record.migrant)
        self.hiv_affected = float(record.hiv_affected)
        self.need_scale = model.inputs.need_scale[number]
        self.first_slot, self.n_slots = int(record.first_slot), int(record.n_slots)
        self.review_month = 0
        self.households: list[Household] = []
        self.places: list[Place] = []
        self.stock = [0] * N_STATES
        self.trust_sum = 0
        self.space_month: int | None = None
        self.worker = Worker(model, self)
        self.next_due = self.next_round = 0
        self.visits = self.visit_budget = 0
        self.paper_minutes = self.paper_share = self.support_minutes = 0.0
        self.served_recently, self.helped_served = 0.0, 0

    def children(self) -> list[Child]:
        """Children who live here now, by place."""
        return [place.child for place in self.places if place.child is not None]

    def happens(self, probability: float, decision: str, index: int = 0) -> bool:
        """Draw something about this village and month."""
        return self.model.draws.happens(probability, self.key, decision, self.model.month, index)

    def unattended_share(self) -> float:
        """Share of children who are orphans or unattended."""
        rules = self.model.rules
        return rules.unattended_pilot_share if self.pilot else rules.unattended_share

    def mean_trust(self) -> float:
        """Mean trust of the households."""
        return self.trust_sum / (TRUST_STEPS * max(len(self.households), 1))

    # What can be counted of the needs.

    def n_eligible(self) -> int:
        """Services times children they are for."""
        return sum(self.stock) - self.stock[INELIGIBLE]

    def n_unmet(self) -> int:
        """Open needs."""
        return sum(self.stock[state] for state in OPEN)

    # The month of the worker.

    def visit_households(self) -> None:
        """Share out the worker's hours, then visit until those for visits are used up."""
        rules = self.model.rules
        self.visits = 0
        in_space = rules.space_hours_per_month * MINUTES_PER_HOUR if self.space_month is not None else 0.0
        if not self.worker.works():
            self.paper_minutes = self.paper_share = 0.0
            self.support_minutes = in_space
            return
        minutes = float(self.worker.minutes)
        support = minutes * rules.support_hours_share
        if self.space_month is not None:
            support *= 1.0 - rules.space_relief_share
        rest = max(minutes * (1.0 - rules.leave_share - rules.meetings_share) - support, 0.0)
        per_case = (rules.papers_hours + rules.accompany_hours) * MINUTES_PER_HOUR
        wanted = (self.stock[GATHERING_HELPED] + 1) * per_case * rules.gathering_helped_per_month
        self.paper_minutes = min(wanted, rest * rules.papers_share_cap)
        self.paper_share = self.paper_minutes / wanted if wanted > 0.0 else 0.0
        self.support_minutes = support + in_space
        travel = rules.travel_hours * (rules.travel_remote_multiplier if self.remote else 1.0)
        per_visit = (rules.visit_hours + travel) * MINUTES_PER_HOUR
        chance = self.model.draws.uniform(self.key, "village.visit_rounding", self.model.month)
        self.visit_budget = int((rest - self.paper_minutes) / per_visit + chance)
        rounds = [self.visit_those_due, self.visit_those_who_asked, self.visit_in_turn]
        if rules.visit_order == ROUND_ROBIN:
            rounds = [self.visit_in_turn]
        elif rules.visit_order == REQUESTS_FIRST:
            rounds = [self.visit_those_who_asked, self.visit_those_due, self.visit_in_turn]
        for go_round in rounds:
            go_round()
        self.model.meters["visits"] += self.visits

    def beginning_with(self, position: int) -> list[Household]:
        """All households, in a circle from one on."""
        return self.households[position:] + self.households[:position]

    def has_hours(self) -> bool:
        """Whether another visit fits into the month."""
        return self.visits < self.visit_budget

    def visit_those_due(self) -> None:
        """Follow up the households on the list."""
        for home in self.beginning_with(self.next_due):
            if not self.has_hours():
                return
            if home.listed and home.is_due(self.model.rules.months_between_visits_listed):
                self.visit(home)
                self.next_due = (home.number + 1) % len(self.households)

    def visit_those_who_asked(self) -> None:
        """Go to the families that asked for a visit."""
        for home in self.households:
            if not self.has_hours():
                return
            if home.asked:
                self.visit(home)

    def visit_in_turn(self) -> None:
        """Go on where the last round through the village ended."""
        for home in self.beginning_with(self.next_round):
            if not self.has_hours():
                return
            if home.is_due(self.model.rules.months_between_visits_others):
                self.visit(home)
                self.next_round = (home.number + 1) % len(self.households)

    def visit(self, home: Household) -> None:
        """Look at every child in scope, ease strain, decide whether to follow up."""
        rules, model = self.model.rules, self.model
        self.visits += 1
        trust = home.trust()
        if self.worker.local:
            trust = min(trust + rules.local_worker_trust_bonus, 1.0)
        openness = rules.openness_floor + (1.0 - rules.openness_floor) * trust
        agreement = rules.consent_base + (1.0 - rules.consent_base) * trust
        notice = self.worker.skill * openness * rules.find_multiplier
        if self.space_month is not None:
            notice *= rules.space_find_multiplier
        points = 0
        for child in home.children():
            points = max(points, risk_of(child))
            child.visited = True
            for service in model.services:
                if child.needs[service.number].state in OPEN and in_scope(child, service, rules):
                    chance = service.find_probability * notice
                    look_at(child, service.number, chance, service.consent_probability * agreement)
                if child.needs[service.number].state == GATHERING_HELPED:
                    points += 2
        if home.strained and model.draws.happens(
            rules.caregiver_relief_at_visit * self.worker.skill,
            self.key, "household.strain_is_relieved", model.month, home.number,
        ):  # fmt: skip
            home.strained = False
        home.last_visit = model.month
        home.asked = False
        home.listed = points >= rules.listed_threshold

    # The space.

    def opens_space(self, goal_open: bool) -> bool:
        """Draw whether a child-friendly space opens; pilot villages may have one from the beginning."""
        rules, draws, month = self.model.rules, self.model.draws, self.model.month
        if month == 0 and self.pilot:
            return draws.happens(rules.space_pilot_share, self.key, "village.space_at_start", ALWAYS)
        return goal_open and self.happens(rules.space_opening_per_year / 12, "village.space_opens")


def in_scope(child: Child, service: SimpleNamespace, rules: SimpleNamespace) -> bool:
    """Whether the worker looks for this need of this child."""
    if rules.scope >= SCOPE_UNIVERSAL:
        return True
    affected = child.is_hiv_affected()
    if rules.scope == SCOPE_HIV:
        return affected
    return (
        affected or is_vulnerable(child) or (rules.scope >= SCOPE_VULNERABLE and service.vulnerable_by_need)
    )


def is_vulnerable(child: Child) -> bool:
    """In difficulty by what it is or how it lives."""
    home = child.household
    in_itself = child.unattended or child.disabled
    return in_itself or home.poor or home.strained or home.caregiver != CARE_PARENTS


def risk_of(child: Child) -> int:
    """Points that put a household on the list for monthly follow-up."""
    home = child.household
    points = 2 * child.unattended + 2 * (child.disabled or child.hiv) + home.strained + home.poor
    return points + (home.caregiver >= CARE_GRANDPARENTS)


def look_at(child: Child, number: int, chance: float, consent: float) -> None:
    """Notice one open need with a chance, and take the case in hand where the family agrees."""
    need = child.needs[number]
    before = need.state
    if before in UNNOTICED:
        if not child.happens(min(chance, 1.0), "child.need_is_found", number):
            return
        child.count(number, "found")
        if need.cohort and not need.found:
            child.count(number, "cohort_found")
        need.found = True
    elif before != FOUND:
        return
    if child.happens(consent, "household.accepts_help", number):
        child.move(number, GATHERING_HELPED, "agreed")
        if before not in GATHERING:
            child.village.county.gathering.append((child, number))
    elif before not in (FOUND, GATHERING_ALONE):
        child.move(number, FOUND)
