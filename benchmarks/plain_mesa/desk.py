"""A referral desk: whose minutes it has, and which of the waiting cases they reach."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import mesa

from model.codes import ELASTIC

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import Request

LOWEST_CLASS, TOP_LEVEL = 3, 0
LEVELS = 16


class Desk(mesa.Agent):
    """A place and a service with minutes of its own."""

    def __init__(self, model: Any, service: SimpleNamespace, number: int, record: Any) -> None:
        super().__init__(model)
        self.service = service
        self.number = number  # within the county
        self.base_minutes, self.extra_minutes = float(record.base_minutes), 0.0
        self.offered = self.added = self.used = self.queue = self.queue_minutes = 0
        self.cases: list[Request] = []
        self.reserved: list[Request] = []

    def minutes_of(self, review: bool) -> int:
        """Minutes that a case or a review takes."""
        minutes = self.service.review_minutes if review else self.service.minutes_per_case
        rules = self.model.rules
        if rules.one_stop:
            minutes *= rules.one_stop_hours_multiplier
        return max(int(minutes), 1)

    def minutes(self, cases: "list[Request]") -> int:
        """Minutes that some cases take."""
        return sum(self.minutes_of(case.review) for case in cases)

    def open(self, minutes: float, county_key: int) -> None:
        """Begin a month: minutes become whole cases, rounded without bias."""
        self.used = self.queue = self.queue_minutes = 0
        self.cases, self.reserved = [], []
        self.offered = self.added = self.kept_for_reserved = 0
        if minutes > 0.0:
            each = self.minutes_of(review=False)
            draws, month = self.model.draws, self.model.month
            chance = draws.uniform(county_key, "desk.rounding", month, self.number)
            self.offered = int(minutes / each + chance) * each
            staff = self.base_minutes * min(self.model.rules.desk_fte_factor, 1.0)
            self.added = int(max(minutes - staff, 0.0) + chance)  # for the bill
            kept = self.offered // each * self.model.rules.reserved_share
            chance = draws.uniform(county_key, "desk.reserved", month, self.number)
            self.kept_for_reserved = int(kept + chance) * each  # whole cases

    def receive(self, case: "Request") -> None:
        """A case waits here: among the reserved, while minutes are kept for them, or among the others."""
        child = case.child
        may = not case.review and (child.village.remote or child.disabled)
        if may and self.minutes([*self.reserved, case]) <= self.kept_for_reserved:
            self.reserved.append(case)
        else:
            self.cases.append(case)

    def asked(self) -> int:
        """Minutes that all waiting cases take."""
        return self.minutes(self.reserved) + self.minutes(self.cases)

    def level(self, case: "Request") -> int:
        """Level of a case, 0 first: its class, raised as it waits."""
        aged = case.wait() // max(int(self.model.rules.ageing_months), 1)
        return max(LEVELS - 1 - LOWEST_CLASS + case.priority - aged, TOP_LEVEL)

    def buy(self, affordable: int) -> int:
        """Buy the minutes that are short, as far as money goes; return how many."""
        bought = max(min(affordable, self.asked() - self.offered), 0)
        self.offered += bought
        return bought

    def stretch(self) -> int:
        """Under elastic capacity offer whatever is asked; return the minutes beyond the staff's."""
        beyond = max(self.asked() - self.offered, 0) if self.model.rules.capacity_mode == ELASTIC else 0
        self.offered += beyond
        return beyond

    def choose(self) -> "set[Request]":
        """Cases that are taken up: the reserved, then by level and filing until one does not fit."""
        chosen = set(self.reserved)
        self.used = self.minutes(self.reserved)
        waiting = sorted(self.cases, key=self.level)
        while waiting and self.used + self.minutes_of(waiting[0].review) <= self.offered:
            case = waiting.pop(0)
            self.used += self.minutes_of(case.review)
            chosen.add(case)
        self.queue = len(waiting)
        self.queue_minutes = self.minutes(waiting)
        return chosen
