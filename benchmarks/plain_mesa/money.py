"""Public money: prices, a county's envelope and its parts, and what a month cost. Whole fen throughout."""

import math
from typing import TYPE_CHECKING, Any

from columns.layout import STAGE_UNIVERSAL
from model.codes import MINUTES_PER_HOUR, PLAN_BOUGHT

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County

FEN_PER_YUAN = 100
UNLIMITED_FEN = 1 << 60


def fen(yuan: float) -> int:
    """Yuan in whole fen."""
    return math.floor(yuan * FEN_PER_YUAN + 0.5)


def divided_up(whole: int, parts: int) -> int:
    """Divide and round up."""
    return -(-whole // parts)


class Prices:
    """What things cost under the rules in force."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def villages_per_post(self) -> int:
        """Villages that share a worker."""
        return max(int(self.model.rules.villages_per_post), 1)

    def training(self) -> int:
        """Training of the worker of one village."""
        rules = self.model.rules
        return divided_up(fen(rules.seat_yuan * rules.training_days), self.villages_per_post())

    def post_month(self, dedicated: bool, workers: int) -> int:
        """Pay of a village's post for a month."""
        rules = self.model.rules
        yuan = rules.pay_dedicated_yuan_per_month if dedicated else rules.pay_part_time_yuan_per_month
        return divided_up(fen(yuan) * workers, self.villages_per_post())

    def typical_post(self, county: "County") -> int:
        """Mean monthly cost of a post of the county's stage, with supervision at the norm."""
        rules = self.model.rules
        universal = county.stage == STAGE_UNIVERSAL
        part_time = rules.part_time_posts_share if universal else rules.part_time_pilot_posts_share
        pay = part_time * self.post_month(False, 1) + (1.0 - part_time) * self.post_month(True, 1)
        hours = rules.supervision_hours_per_post * rules.supervision
        return math.floor(pay) + fen(hours * rules.supervision_yuan_per_hour)

    def desk_part(self, county: "County") -> int:
        """Part of the envelope that may buy desk hours."""
        rules = self.model.rules
        if rules.desk_plan != PLAN_BOUGHT:
            return 0
        return math.floor(min(rules.desk_budget_share, 1.0) * county.budget)

    def space_part(self, county: "County") -> int:
        """Part of the envelope for spaces."""
        part = math.floor(self.model.rules.space_budget_share * county.budget)
        return min(part, county.budget - self.desk_part(county))

    def post_part(self, county: "County") -> int:
        """Part of the envelope for posts."""
        return county.budget - self.desk_part(county) - self.space_part(county)

    def minutes_affordable(self, county: "County") -> int:
        """Clerk minutes that the part for desks buys."""
        clerk, money = fen(self.model.rules.clerk_hour_yuan), self.desk_part(county)
        return money * MINUTES_PER_HOUR // clerk if money > 0 and clerk > 0 else 0

    def affordable_posts(self, county: "County") -> int:
        """Posts that a county could have this month at typical costs."""
        each = max(self.typical_post(county), 1)
        opening = fen(self.model.rules.post_opening_yuan) + self.training()
        budget, committed = self.post_part(county), each * county.n_opened
        if budget < committed:
            return budget // each
        return county.n_opened + (budget - committed) // (each + opening)


def set_budget(county: "County") -> None:
    """Set the envelope of the month."""
    rules = county.model.rules
    county.budget = UNLIMITED_FEN
    if rules.budget_binds:
        county.budget = fen(rules.county_budget_yuan_per_child_per_year * county.children_at_start / 12)


def account_costs(county: "County") -> None:
    """What the envelope paid for this month."""
    rules, n, prices = county.model.rules, county.counters, county.model.prices
    shared = prices.villages_per_post()
    dedicated, part_time = fen(rules.pay_dedicated_yuan_per_month), fen(rules.pay_part_time_yuan_per_month)
    county.spent = (
        n["workers_trained"] * fen(rules.seat_yuan * rules.training_days) // shared
        + n["posts_opened"] * fen(rules.post_opening_yuan)
        + (n["dedicated_months"] * dedicated + n["part_time_months"] * part_time) // shared
        + n["supervision_minutes"] * fen(rules.supervision_yuan_per_hour) // MINUTES_PER_HOUR
        + n["spaces_opened"] * fen(rules.space_opening_yuan)
        + n["space_months"] * fen(rules.space_running_yuan_per_month)
        + n["desk_minutes_bought"] * fen(rules.clerk_hour_yuan) // MINUTES_PER_HOUR
    )
    county.model.counted += n
    n.clear()
