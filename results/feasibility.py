"""What of a plan cannot be done, said before it runs: hours, training seats, money and desks.

A plan that asks for more than there is still runs: it does what it can, as in life. These checks need no
simulated child. Spread is simulated without children, desks and budgets are looked at as they are set up,
and hours are compared with the norms of visits that the plan itself declares.
"""

from collections.abc import Sequence

import numpy as np

from columns.layout import (
    CHILD_DISABLED,
    CHILD_HIV,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    HOUSEHOLD_CARE,
    HOUSEHOLD_STRAINED,
)
from model.calendar import month_text
from model.money import FEN_PER_YUAN, post_month_fen, training_fen
from model.parameters import Parameters, rules_record
from model.problems import Problem
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario, parameters_at
from model.spread_only import WORKERS, SpreadRun, simulate_spread
from model.text import LANGUAGES, text
from model.world import World
from results.figures.places import county_names
from results.frames import utilisation

MONTHS_PER_YEAR = 12
ENOUGH = 0.95
"""Nobody is warned of a shortage smaller than this leaves."""
SHORT_MONTHS = 6
FULL_DESK = 1.0


class FullOffices(Problem):
    """That offices are full, with the worst of them named in the language of the reader."""

    def text(self, language: str = "en") -> str:
        """Return the message."""
        office = text(f"office.{self.values['office_name']}", language)
        county = self.values[f"county_{language}"]
        return text(self.code, language, **self.values, county=county, office=office)


def shortages(at_start: ScaleUpModel) -> list[Problem]:
    """Return what cannot be done of a plan, for a model before its first month."""
    scenario, world = at_start.scenario, at_start.world
    at_end = parameters_at(scenario, scenario.until)
    spread = simulate_spread(world, scenario, depth=WORKERS)
    return [
        *hours(at_start, at_end, spread),
        *seats(scenario, spread),
        *money(world, at_end, unlimited(scenario, world, spread, at_end)),
        *desks(at_start, at_end),
    ]


def told(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Return problems as sentences by language."""
    return {language: [problem.text(language) for problem in problems] for language in LANGUAGES}


def hours(at_start: ScaleUpModel, at_end: Parameters, spread: SpreadRun) -> list[Problem]:
    """Compare the hours that norms of visits ask of a worker with those a post has for visits."""
    if not spread.total("villages_with_post")[-1]:
        return []
    have = visit_hours_of_a_post(at_end)
    asked = float(np.median(visit_hours_asked(at_start, at_end)))
    if have >= ENOUGH * asked:
        return []
    values = {"have": f"{have:.0f}", "asked": f"{asked:.0f}", "share": f"{have / asked:.0%}"}
    return [Problem("feasible.hours", values)]


def visit_hours_of_a_post(at_end: Parameters) -> float:
    """Return the hours a month that a village has for visits, over part-time and dedicated posts."""
    full = at_end.worker_hours_dedicated
    part = at_end.part_time_posts_share
    hours_of_post = full * (part * at_end.part_time_share_of_hours + 1 - part)
    left = 1 - at_end.leave_share - at_end.meetings_share - at_end.support_hours_share
    return float(hours_of_post * max(left, 0.0) / max(at_end.villages_per_post, 1.0))


def visit_hours_asked(at_start: ScaleUpModel, at_end: Parameters) -> np.ndarray:
    """Return the hours a month that the norms of visits ask for in every village, shape (villages,).

    Households are those with children when the world begins; listed are those whose children have as many
    points of risk as a worker would find at a first visit.
    """
    state = at_start.state
    villages = state.villages
    village = np.repeat(np.arange(len(villages)), villages["n_slots"])
    home = villages["first_household"][village] + state.household.astype(np.int64)
    present = (state.traits & CHILD_PRESENT) != 0
    points = np.zeros(len(state.households), dtype=np.int64)
    np.maximum.at(points, home[present], _risk_points(at_start, home, village)[present])
    with_children = np.zeros(len(points), dtype=bool)
    with_children[home[present]] = True
    owner = np.repeat(np.arange(len(villages)), villages["n_households"])
    listed = with_children & (points >= at_end.listed_threshold)
    n_listed, n_all = (np.bincount(owner, which, len(villages)) for which in (listed, with_children))
    a_month = n_listed * at_end.visits_listed_per_year / MONTHS_PER_YEAR
    a_month = a_month + (n_all - n_listed) / at_end.months_between_visits_others
    travel = at_end.travel_hours * np.where(villages["remote"] == 1, at_end.travel_remote_multiplier, 1.0)
    asked: np.ndarray = a_month * (at_end.visit_hours + travel)
    return asked


def _risk_points(model: ScaleUpModel, home: np.ndarray, village: np.ndarray) -> np.ndarray:
    """Return the points of every child slot, as a first visit counts them (:mod:`model.visits`)."""
    state = model.state
    household = state.households[home]
    poor = household["wealth"] < state.counties["poor_percentiles"][state.villages["county"][village]]
    points = poor.astype(np.int64)
    points += 2 * ((state.traits & CHILD_UNATTENDED) != 0)
    points += 2 * ((state.traits & (CHILD_DISABLED | CHILD_HIV)) != 0)
    points += (household["family"] & HOUSEHOLD_STRAINED) != 0
    points += (household["family"] & HOUSEHOLD_CARE) > 1
    return points


def seats(scenario: Scenario, spread: SpreadRun) -> list[Problem]:
    """Say for how long counties want posts for which there are no training seats."""
    demand, used = spread.total("open_demand"), spread.total("seats_used")
    short = np.flatnonzero(demand > np.maximum(used, 1))
    if len(short) < SHORT_MONTHS:
        return []
    values = {
        "months": len(short),
        "first": month_text(int(short[0])),
        "last": month_text(int(short[-1])),
        "most": f"{int(demand.max()):,}",
        "left": f"{int(demand[-1]):,}",
        "until": month_text(scenario.until),
    }
    return [Problem("feasible.seats" if demand[-1] else "feasible.seats_late", values)]


def unlimited(scenario: Scenario, world: World, spread: SpreadRun, at_end: Parameters) -> SpreadRun:
    """Return the spread that a plan asks for: as it would be if no budget limited it."""
    if not at_end.budget_binds:
        return spread
    parameters = {**scenario.parameters, "budget_binds": False}
    free = make_scenario(world, scenario.strategy, parameters, scenario.seed, scenario.until)
    return simulate_spread(world, free, depth=WORKERS)


def money(world: World, at_end: Parameters, spread: SpreadRun) -> list[Problem]:
    """Compare what the posts of the end cost a year with the budget, where one binds."""
    if not at_end.budget_binds or not spread.total("villages_with_post").any():
        return []
    rules = rules_record(at_end)
    part = at_end.part_time_posts_share
    pay = part * post_month_fen(0, 1, rules) + (1 - part) * post_month_fen(1, 1, rules)
    posts = float(spread.total("villages_with_post").max())
    asked = posts * (pay * MONTHS_PER_YEAR + training_fen(rules) * at_end.turnover_per_year) / FEN_PER_YUAN
    children = float(world.children_2010().sum())
    budget = children * at_end.county_budget_yuan_per_child_per_year
    budget *= 1 - at_end.desk_budget_share - at_end.space_budget_share
    if budget >= ENOUGH * asked:
        return []
    values = {"asked": f"{asked:,.0f}", "budget": f"{budget:,.0f}", "share": f"{budget / asked:.0%}"}
    return [Problem("feasible.money", values)]


def desks(at_start: ScaleUpModel, at_end: Parameters) -> list[Problem]:
    """Count offices that are asked for more hours than they have before a worker brings the first case."""
    if at_end.capacity_mode == "elastic":
        return []
    factor = at_end.desk_fte_factor * (at_end.desk_dated_factor if at_end.desk_plan == "dated" else 1.0)
    asked = utilisation(at_start)
    load = asked["utilisation"].to_numpy() / max(factor, 1e-9)
    full = load > FULL_DESK
    if not full.any():
        return []
    worst = asked.iloc[[int(load.argmax())]]
    values = {
        "full": int(full.sum()),
        "all": len(load),
        "load": f"{load.max():.0%}",
        "office_name": str(worst["office"].iloc[0]),
        **{f"county_{language}": county_names(worst, language)[0] for language in LANGUAGES},
    }
    return [FullOffices("feasible.desks", values)]
