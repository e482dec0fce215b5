"""Scenarios under which the plain model and the engine are compared: every rule of a month is met in one.

Small worlds have workers within a short run only if the mandate comes early.
"""

from typing import Any, NamedTuple

from model.scenario import Scenario, make_scenario
from model.worlds import uniform_world

MONTHS = 60
EARLY = {
    "mandate_month": 6,
    "mandate_delay_months": 0,
    "mandate_hazard_per_month": 2,
    "county_rollout_months": 6,
    "seats_at_mandate_per_month": 20_000,
}
"""A post in every village within two years."""


class Case(NamedTuple):
    """A scenario and what must happen in it, or it would check nothing."""

    parameters: dict[str, Any]
    meets: tuple[str, ...]
    """Names of flows or of counters of money (:data:`columns.tallies.FLOWS`, ``model.money.COUNTERS``)."""
    strategy: str = "history"
    n_counties: int = 1
    """More than one: four counties of three equal villages instead of ``teaching``."""


HELP = ("found", "agreed", "filed_helped", "served_helped", "gave_up", "refused", "told_not_eligible")
ALONE = ("came_in_need", "opened", "ended", "left", "filed_alone", "served_alone", "reviewed", "lapsed")

CASES = {
    "nobody helps": Case({}, (*ALONE, "trips", "case_fen"), "no_programme"),
    "workers everywhere": Case(EARLY, (*ALONE, *HELP, "supervision_minutes", "workers_trained")),
    "elastic desks, all children in scope": Case(
        {**EARLY, "capacity_mode": "elastic", "scope": "universal", "desk_fte_factor": 0.3},
        ("desk_minutes_elastic", "served_helped"),
        "mandate_early",
    ),
    "need first, reserved for remote and disabled children": Case(
        {**EARLY, "discipline": "need_first", "reserved_share": 0.4, "desk_fte_factor": 0.6}, HELP
    ),
    "one window, by filing, in full offices": Case(
        {
            **EARLY,
            "one_stop": True,
            "discipline": "fifo",
            "desk_fte_factor": 0.3,
            "reserved_share": 0.3,
            "trust_start": 0.8,
            "local_worker_trust_bonus": 0.3,
        },
        HELP,
    ),
    "no chain of documents, homes in turn": Case(
        {**EARLY, "documents_chain": False, "visit_order": "round_robin"}, HELP, "poorest_first"
    ),
    "cash and an automatic link, who asked first": Case(
        {**EARLY, "cash_multiplier": 2, "automatic_link": True, "visit_order": "requests_first"},
        HELP,
        "with_cash",
    ),
    "spaces, prevention, desks that follow the backlog": Case(
        {
            **EARLY,
            "space_opening_per_year": 1,
            "spaces_goal_share": 1,
            "prevention_multiplier": 0.6,
            "desk_plan": "follow_backlog",
            "desk_fte_factor": 0.2,
        },
        ("spaces_opened", "space_months", "served_helped", "desk_minutes_added"),
    ),
    "a shock, a held population": Case(
        {
            **EARLY,
            "shock_county_share": 0.1,
            "shock_psychosocial_share": 0.2,
            "shock_protection_share": 0.05,
            "hold_population": True,
        },
        HELP,
    ),
    "a budget that binds and buys desk hours": Case(
        {
            **EARLY,
            "budget_binds": True,
            "county_budget_yuan_per_child_per_year": 8,
            "desk_plan": "bought",
            "desk_fte_factor": 0.3,
        },
        ("posts_unfunded", "desk_minutes_bought"),
    ),
    "the pilot's money ends, elections every year, refreshers": Case(
        {
            "pilot_money_end_month": 30,
            "pilot_after_money": "part_time",
            "election_interval_months": 12,
            "refresher_interval_months": 6,
        },
        ("dedicated_months", "part_time_months", "workers_trained"),
    ),
    "counties that see each other's results": Case(
        {
            "mandate_month": 40,
            "adoption_p0_per_month": 0.01,
            "adoption_q_per_month": 0.1,
            "visible_results_weight_per_month": 0.01,
            "seats_mode": "trainers",
            "villages_per_post": 2,
            "seats_before_mandate_per_month": 20_000,
            "part_time_pilot_posts_share": 0,
            "scope": "universal",
        },
        (*HELP, "workers_trained"),
        n_counties=4,
    ),
}
"""The first ten are about what happens to children; the last two about posts and the spread."""


def scenario(name: str, months: int = MONTHS, seed: int = 1) -> Scenario:
    """Return one of the scenarios, to be run for so many months."""
    case = CASES[name]
    world = "teaching" if case.n_counties == 1 else uniform_world(12, 150, case.n_counties)
    parameters, strategy = case.parameters, case.strategy
    return make_scenario(world, strategy, parameters, seed=seed, until=months - 1)
