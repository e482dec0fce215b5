"""Scenarios of the spread without children that between them meet every rule by which counties decide."""

from typing import Any

from columns.state_hash import hash_arrays
from model.parameters import default_parameters
from model.scenario import make_scenario
from model.spread_only import Places, simulate_spread
from model.spread_setup import bare_counties
from model.worlds import WORLDS

WORLD, PROVINCE, N_COUNTIES = "five_provinces", 53, 30
"""Counties of the pilot and others of their province: quick, and with neighbours inside and outside."""
SEED, UNTIL = 7, "2020-12"
BY_THEMSELVES: dict[str, Any] = {
    "adoption_p0_per_month": 0.004,
    "adoption_q_per_month": 0.08,
    "visible_results_weight_per_month": 0.01,
    "welfare_week_boost": 3,
    "pilot_posts": 5,
    "pilot_posts_growth_per_year": 0.6,
    "pilot_posts_cap_share": 0.6,
}
"""Counties adopt within years, and their pilots grow."""
SPREAD_CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "as it happened": ("history", {}),
    "counties by themselves, at the sight of results": ("no_mandate", BY_THEMSELVES),
    "results out of sight, a mandate through a chain": (
        "history",
        {**BY_THEMSELVES, "results_loop": False, "mandate_form": "staged_chain", "mandate_month": 70},
    ),
    "the pilot's money ends and its posts close": (
        "no_mandate",
        {**BY_THEMSELVES, "pilot_money_end_month": 30, "pilot_after_money": "closed"},
    ),
    "a budget that binds": (
        "mandate_early",
        {"budget_binds": True, "county_budget_yuan_per_child_per_year": 2, "provincial_push_per_month": 0.02},
    ),
    "neighbours first, few seats": (
        "neighbours_first",
        {
            **BY_THEMSELVES,
            "mandate_month": 60,
            "seats_at_mandate_per_month": 30,
            "seats_before_mandate_per_month": 10,
        },
    ),
    "one county after another, posts in most villages, trainers": (
        "county_by_county",
        {"mandate_month": 40, "universal_posts_share": 0.6, "seats_mode": "trainers"},
    ),
}
"""Strategy and parameters by name."""


def spread_places() -> Places:
    """Return the counties."""
    places = WORLDS[WORLD]
    table = places.rows(default_parameters())
    table = table[table.province_code == PROVINCE].sort_values("pilot", ascending=False, kind="stable")
    table = table.head(N_COUNTIES).reset_index(drop=True)
    return Places(bare_counties(table, places.kinds), table)


def spread_hash(places: Places, name: str) -> str:
    """Return a hash of all that comes of a case: the months, the seats, and the counties at the end."""
    strategy, parameters = SPREAD_CASES[name]
    scenario = make_scenario(WORLD, strategy, parameters, seed=SEED, until=UNTIL, children="none")
    run = simulate_spread(places, scenario)
    return hash_arrays({"series": run.series, "seats": run.national_seats, "counties": run.counties})
