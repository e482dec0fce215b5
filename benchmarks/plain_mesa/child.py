"""A child with its needs: who it is, what it is entitled to, what happens to it by itself."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa.draws import key_of_part
from columns.layout import (
    ADMITTED,
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    CARE_PARENTS,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    INELIGIBLE,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED

if TYPE_CHECKING:
    from benchmarks.plain_mesa.household import Household, Place

IDLE = frozenset((UNMET, FOUND, GAVE_UP, NOT_ELIGIBLE))
GATHERING = frozenset((GATHERING_ALONE, GATHERING_HELPED))
FILED = frozenset((FILED_ALONE, FILED_HELPED))
OPEN = IDLE | GATHERING | FILED | {ADMITTED}
"""States of a child that is in need and does not have the service yet."""

PLACES_KEY, BIRTH_KEY = 1 << 10, 1 << 9
"""A child is numbered in its village by place and month of birth."""
FAMILY_CHANGES, STRAIN_CHANGES = range(2)
"""Rare events after those of the services; after these comes that a child is left unattended or no longer."""


class Need:
    """How far a child has come with one service."""

    __slots__ = ("cohort", "filed", "found", "helped", "since", "state", "under_review")

    def __init__(self, state: int, month: int) -> None:
        self.state = state
        self.since = month
        self.found = False
        self.filed = False
        self.helped = False
        self.cohort = False
        self.under_review = False


class Child(mesa.Agent):
    """A child in a place of a household."""

    def __init__(self, model: Any, place: "Place", birth_month: int) -> None:
        super().__init__(model)
        self.place = place
        self.household: Household = place.household
        self.village = self.household.village
        self.birth_month = birth_month
        self.key = key_of_part(self.village.key, place.number * PLACES_KEY + birth_month + BIRTH_KEY)
        self.arrival_month = model.month
        self.present = True
        self.female = self.disabled = self.unattended = self.hiv = self.visited = False
        self.needs: list[Need] = []

    def age(self) -> int:
        """Age in months."""
        return self.model.month - self.birth_month

    # Chance.

    def happens(self, probability: float, decision: str, index: int = 0) -> bool:
        """Draw something about this child and month."""
        return self.model.draws.happens(probability, self.key, decision, self.model.month, index)

    def uniform(self, decision: str, index: int = 0) -> float:
        """Draw a number about this child and month."""
        return self.model.draws.uniform(self.key, decision, self.model.month, index)

    def set_clock(self, skips: int) -> None:
        """Start the clock of rare events anew; ``skips`` 1 if this month is over for it."""
        self.clock_month, self.clock_skips = self.model.month, skips
        self.clock_bits = self.model.draws.top(self.key, "child.clock", self.model.month, skips)

    # Who it is.

    def is_hiv_affected(self) -> bool:
        """Itself or its household."""
        return self.hiv or self.household.hiv

    def is_eligible(self, service: SimpleNamespace) -> bool:
        """Whether a service is for a child of this age and status."""
        if not service.min_age_months <= self.age() < service.max_age_months:
            return False
        if service.group == GROUP_UNATTENDED:
            return self.unattended
        if service.group == GROUP_POOR:
            return self.household.poor
        if service.group == GROUP_DISABLED:
            return self.disabled
        return True

    def multiplier(self, service: SimpleNamespace) -> float:
        """How much more often this child needs a service than the average one: excesses add up."""
        home = self.household
        traits = (
            self.village.remote,
            home.poor,
            home.minority,
            home.caregiver != CARE_PARENTS,
            self.disabled,
            self.unattended,
            self.hiv or home.hiv,
            home.migrant,
        )
        total = 1.0
        for has, excess in zip(traits, service.excess, strict=True):
            if has:
                total += excess
        if self.age() < self.model.rules.young_months:
            total += service.young_excess
        if home.strained:
            total += service.strain_excess
        return max(total, 0.0)

    def has_open(self, number: int) -> bool:
        """Whether it is in need of a service; -1 for none."""
        return number >= 0 and self.needs[number].state in OPEN

    def receives_cash(self) -> bool:
        """Whether it has one of the allowances."""
        return any(self.needs[number].state == SERVED for number in self.model.allowances)

    # What becomes of its needs.

    def move(self, number: int, state: int, flow: str = "") -> None:
        """Put one need into a state, and count it."""
        need = self.needs[number]
        stock = self.village.stock
        stock[need.state] -= 1
        stock[state] += 1
        need.state = state
        need.since = self.model.month
        if flow:
            self.count(number, flow)

    def count(self, number: int, flow: str, amount: int = 1) -> None:
        """Count something that happens to a need this month."""
        self.model.flows[number, flow] += amount

    def count_wait(self, number: int, outcome: str, months: int) -> None:
        """Count the end of a filed case."""
        self.model.waits[number, outcome, months] += 1

    def open_spell(self, number: int) -> None:
        """Begin a new spell of a need."""
        need = self.needs[number]
        need.found = need.filed = need.cohort = need.under_review = False
        self.move(number, UNMET, "opened")
        self.follow(number)
        self.village.county.idle.append((self, number))

    def follow(self, number: int) -> None:
        """Take a spell that begins now into the cohort, if it is its time."""
        rules = self.model.rules
        if rules.cohort_start_month <= self.model.month < rules.cohort_end_month:
            self.needs[number].cohort = True
            self.count(number, "cohort_opened")
            if self.village.worker.is_active():
                self.count(number, "cohort_covered")

    def end_entitlement(self, number: int) -> None:
        """The service is no longer for this child."""
        need = self.needs[number]
        if need.state == INELIGIBLE:
            return
        if need.state in FILED:
            self.count_wait(number, "left", self.model.month - need.since)
        self.move(number, INELIGIBLE, "left" if need.state in OPEN - {ADMITTED} else "")
        self.needs[number] = Need(INELIGIBLE, 0)

    def leave(self) -> None:
        """Grow up or move away."""
        for number, need in enumerate(self.needs):
            if need.state in OPEN and need.state != ADMITTED:
                self.count(number, "left")
                if need.state in FILED:
                    self.count_wait(number, "left", self.model.month - need.since)
            self.village.stock[need.state] -= 1
        self.present = False
        self.place.child = None
        self.village.sector.vacate(self.place)
        self.remove()

    # Rare events.

    def have_event(self) -> None:
        """Draw what kind of event it is, then whether it takes place."""
        model = self.model
        bits = model.draws.top(self.key, "child.event_kind", model.month)
        kind = 0
        while kind < len(model.kinds) - 1 and bits >= model.kinds[kind]:
            kind += 1
        threshold = self.uniform("child.event") * model.ceilings[kind]
        n_services = len(model.services)
        if kind < n_services:
            if threshold < self.onset(model.services[kind]):
                self.open_spell(kind)
        elif kind - n_services == FAMILY_CHANGES:
            self.change_family(threshold)
        elif kind - n_services == STRAIN_CHANGES:
            self.change_strain(threshold)
        else:
            self.change_attendance(threshold)
        self.set_clock(1)

    def onset(self, service: SimpleNamespace) -> float:
        """Chance per month that a need begins; 0 where it cannot."""
        model, number, rules = self.model, service.number, self.model.rules
        state = self.needs[number].state
        if state != CLEAR and not (state == SERVED and service.durable):
            return 0.0
        rate = service.inflow_per_month * self.village.need_scale[number] * self.multiplier(service)
        rate *= model.trend[number]
        if service.term_entry and self.receives_cash():
            rate *= model.cash_dropout
        if service.preventable and self.village.worker.is_active():
            rate *= 1.0 - (1.0 - rules.prevention_multiplier) * self.village.worker.motivation
        if rate > model.ceilings[number]:
            raise ValueError(f"the onset of service {number} exceeds its ceiling")
        return rate

    def change_family(self, threshold: float) -> None:
        """A parent leaves or returns; the share of children left behind stays as it is."""
        rules, home = self.model.rules, self.household
        away = home.caregiver != CARE_PARENTS
        share = self.village.left_behind
        if threshold < rules.family_change_per_month * ((1.0 - share) if away else share):
            if away:
                home.caregiver = CARE_PARENTS
            elif self.happens(rules.one_parent_away_share, "household.new_carer"):
                home.caregiver = CARE_ONE_PARENT
            else:
                home.caregiver = CARE_GRANDPARENTS

    def change_strain(self, threshold: float) -> None:
        """The caregiver comes under strain or recovers."""
        rules, home = self.model.rules, self.household
        share = rules.caregiver_strained_share
        if threshold < rules.caregiver_change_per_month * ((1.0 - share) if home.strained else share):
            home.strained = not home.strained

    def change_attendance(self, threshold: float) -> None:
        """The child is left unattended, or no longer; entitlements follow."""
        rules = self.model.rules
        share = self.village.unattended_share()
        if threshold >= rules.unattended_change_per_month * ((1.0 - share) if self.unattended else share):
            return
        self.unattended = not self.unattended
        for service in self.model.services:
            if service.group == GROUP_UNATTENDED:
                if not self.unattended:
                    self.end_entitlement(service.number)
                elif self.is_eligible(service):
                    self.open_spell(service.number)
