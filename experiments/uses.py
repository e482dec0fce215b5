"""Six uses of the next 10,000 yuan, and what each costs at the declared prices.

Every use is a small step that a bureau could decide on, taken on top of a plan that has been running for a
while: posts in a twentieth of the villages, first courses in half the time, supervision up to its norm, a
twentieth of the desk hours of 2010, child-friendly spaces in a twentieth of the villages, a fifth more cash.
Steps are small beside what is there and large beside chance; larger ones were found to bring more in
proportion (docs/guide/map.md), so what a step brings per yuan is the value at the margin.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from columns.layout import NO_MONTH
from model.declarations import Value
from model.money import (
    CASES,
    CASH,
    DISABILITY_SUBSIDY_MONTHS,
    FEN_PER_YUAN,
    ORPHAN_ALLOWANCE_MONTHS,
    PAY,
    SPACES,
    SPACES_OPENED,
    START_UP,
    SUBSISTENCE_ALLOWANCE_MONTHS,
    SUPERVISION,
    TRAINING,
    TRIP_COSTS,
)
from model.parameters import Parameters
from model.scale_up import ScaleUpModel

STEP_SHARE = 0.05
"""Of the villages (posts, spaces) or of the desk hours of 2010."""
CASH_STEP = 0.2
COURSE_SPEED_UP = 2.0
EVEN = 1e-9
"""Lifts a share of villages over the whole number that it stands for."""
FOLLOWING = (CASES, TRIP_COSTS, CASH)
"""Categories that follow from rules when more children are served; no part of what a use costs."""

type Settings = dict[str, Value]


class Spent(NamedTuple):
    """What was counted over the months that are looked at, of a run and of the run without the step.

    Attributes
    ----------
    money, money_without
        Fen by category (:data:`model.money.CATEGORIES`).
    counters, counters_without
        By :data:`model.money.COUNTERS`.
    desk_hours
        Hours of offices that the step added.
    now
        Parameters without the step; ``then`` with it.
    """

    money: np.ndarray
    money_without: np.ndarray
    counters: np.ndarray
    counters_without: np.ndarray
    desk_hours: float
    now: Parameters
    then: Parameters

    def yuan(self, *categories: int) -> float:
        """Return the yuan that the step added in some categories."""
        return float((self.money - self.money_without)[list(categories)].sum()) / FEN_PER_YUAN

    def counted(self, counter: int) -> float:
        """Return by how much the step raised a counter, in its unit."""
        return float((self.counters - self.counters_without)[counter])


class Use(NamedTuple):
    """A use of money: what is set, what that costs, and what of it is paid once.

    ``settings`` gives the parameters to set, or nothing where the use has no room left: nobody to train, and
    supervision that has reached its norm. ``is_bounded`` marks a step that is all there is to buy.
    """

    name: str
    settings: Callable[[ScaleUpModel, Parameters], Settings]
    yuan: Callable[[Spent], float]
    one_off_yuan: Callable[[Spent], float]
    is_bounded: bool = False


def step_share(model: ScaleUpModel) -> float:
    """Return the share of villages of a step: a twentieth, or one village of the smallest county."""
    return max(STEP_SHARE, 1.0 / int(model.state.counties["n_villages"].min()))


def more_posts(model: ScaleUpModel, now: Parameters) -> Settings:
    """Posts in more villages; second workers in the largest where every village has a post."""
    if now.universal_posts_share < 1.0:
        wanted = now.universal_posts_share + step_share(model) + EVEN
        return {"universal_posts_share": min(wanted, 1.0)}
    sizes = np.sort(model.state.villages["n_slots"])[::-1]
    threshold = int(sizes[min(int(step_share(model) * len(sizes)), len(sizes) - 1)])
    room = threshold < now.second_worker_from_children
    return {"second_worker_from_children": max(threshold, 1)} if room else {}


def sooner_courses(model: ScaleUpModel, now: Parameters) -> Settings:
    """First courses for those who were named to a post, after half the wait."""
    if not model.state.counties["n_posts"].any():
        return {}
    return {"designated_training_months": max(now.designated_training_months / COURSE_SPEED_UP, 1.0)}


def supervision_to_norm(model: ScaleUpModel, now: Parameters) -> Settings:
    """Supervisors' hours up to the norm for every post."""
    if not model.state.counties["n_posts"].any():
        return {}
    asked = now.supervision_hours_per_post * now.posts_per_supervisor
    norm = asked / max(now.hours_per_fte * now.supervisor_child_share, EVEN)
    return {"supervision": norm} if norm > now.supervision else {}


def more_desk_hours(_model: ScaleUpModel, now: Parameters) -> Settings:
    """Hours at every desk, in proportion to those of 2010."""
    return {"desk_fte_factor": now.desk_fte_factor + STEP_SHARE}


def more_spaces(model: ScaleUpModel, _now: Parameters) -> Settings:
    """Child-friendly spaces in more villages, opened as soon as can be."""
    have = float((model.state.villages["space_month"] != NO_MONTH).mean())
    wanted = have + step_share(model) + EVEN
    return {"spaces_goal_share": wanted, "space_opening_per_year": 1.0} if wanted <= 1.0 else {}


def more_cash(_model: ScaleUpModel, now: Parameters) -> Settings:
    """Higher allowances for those who have one."""
    return {"cash_multiplier": now.cash_multiplier + CASH_STEP}


def cash_yuan(spent: Spent) -> float:
    """Return what higher allowances cost for those who receive one; that more do follows from rules."""
    more = spent.then.cash_multiplier - spent.now.cash_multiplier
    now, months = spent.now, spent.counters
    return float(
        more
        * (
            months[ORPHAN_ALLOWANCE_MONTHS] * now.orphan_allowance_yuan_per_month
            + months[SUBSISTENCE_ALLOWANCE_MONTHS] * now.subsistence_allowance_yuan_per_month
            + months[DISABILITY_SUBSIDY_MONTHS] * now.disability_subsidy_yuan_per_month
        )
    )


def post_opening_yuan(spent: Spent) -> float:
    """Return what new posts cost once: opening and first courses."""
    return spent.yuan(START_UP, TRAINING)


USES = (
    Use("workers", more_posts, lambda s: s.yuan(START_UP, TRAINING, PAY, SUPERVISION), post_opening_yuan),
    Use("training", sooner_courses, lambda s: s.yuan(TRAINING), lambda s: s.yuan(TRAINING)),
    Use("supervision", supervision_to_norm, lambda s: s.yuan(SUPERVISION), lambda _: 0.0, True),
    Use("desk_hours", more_desk_hours, lambda s: s.desk_hours * s.now.clerk_hour_yuan, lambda _: 0.0),
    Use(
        "spaces",
        more_spaces,
        lambda s: s.yuan(SPACES),
        lambda s: s.counted(SPACES_OPENED) * s.now.space_opening_yuan,
    ),
    Use("cash", more_cash, cash_yuan, lambda _: 0.0),
)
USE_NAMES = tuple(use.name for use in USES)
BOUNDED = tuple(use.name for use in USES if use.is_bounded)


def following_yuan(spent: Spent, use: Use) -> float:
    """Return what follows from rules because more is served: cases, trips, allowances of more children."""
    return spent.yuan(*FOLLOWING) - (use.yuan(spent) if use.name == "cash" else 0.0)
