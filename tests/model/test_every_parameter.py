"""No parameter is read and changes nothing: each, moved to the ends of its range, moves what is simulated.

A parameter acts on some occasion: in a small world with workers, in one with a shock and many events, among
counties that look at each other, in the spread over the country, or in the making of places. One occasion on
which it acts is enough.
"""

import functools

import numpy as np
import pytest

from columns.state_hash import hash_arrays
from model.declarations import Value, declarations
from model.demography import plan_population
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.spread_only import places_of, simulate_spread
from model.worlds import build_world, uniform_world

pytestmark = pytest.mark.common_numbers

WORKERS: dict[str, Value] = {
    "mandate_month": 12,
    "mandate_delay_months": 0,
    "mandate_hazard_per_month": 2,
    "county_rollout_months": 6,
}
EVENTFUL: dict[str, Value] = {
    **WORKERS,
    "shock_county_share": 0.5,
    "shock_psychosocial_share": 0.2,
    "shock_protection_share": 0.05,
    "desk_plan": "bought",
    "budget_binds": True,
    "designated_share": 0.7,
    "pay_part_time_yuan_per_month": 20,
    "supervision": 0.5,
}
ADOPTING: dict[str, Value] = {
    "mandate_month": "never",
    "adoption_p0_per_month": 0.02,
    "visible_results_weight_per_month": 0.05,
    "scope": "universal",
    "seats_before_mandate_per_month": 1e6,
    "part_time_pilot_posts_share": 0,
    "desk_fte_factor": 3,
}
SMALL_WORLDS = (("teaching", 40, WORKERS), ("teaching", 127, EVENTFUL), ("peers", 100, ADOPTING))
MONTHS = {
    "election_first_month": 30,
    "mass_training_month": 40,
    "pilot_money_end_month": 30,
    "mandate_month": 60,
}
FURTHER = {"part_time_posts_share": 0.0, "least_children_share": 1.0, "visible_results_weight_per_month": 0.1}
"""Values beyond the plausible range, where what a small world can show is too coarse for it."""
TOGETHER: dict[str, dict[str, Value]] = {
    "turnover_overload_multiplier": {"part_time_share_of_hours": 0.05, "listed_threshold": 1},
    "turnover_low_pay_multiplier": {"adequate_pay_yuan_per_month": 2000},
    "skill_half_life_months": {"supervision": 0},
    "skill_changes": {"supervision": 0},
    "turnover_unsupervised_multiplier": {"supervision": 0},
    "supervisor_child_share": {"supervision": 0.1},
    "posts_per_supervisor": {"supervision": 0.1},
    "pilot_money_end_month": {"pilot_after_money": "closed"},
    "pilot_after_money": {"pilot_money_end_month": 30},
    "seats_before_mandate_per_month": {"adoption_p0_per_month": 0.05},
    "performance_indicator_multiplier": {"provincial_push_per_month": 0.02},
    "pilot_posts_cap_share": {"mandate_month": "never", "pilot_posts_growth_per_year": 0.6},
    "neighbour_radius_km": {"adoption_q_per_month": 0.05},
}
"""Parameters that act only together with others, beyond what their declarations say they need."""


def ends_of(each):
    """Other values of a parameter: all other choices, or both ends of its range."""
    if each.type == "switch":
        return [not each.default]
    if each.type == "choice":
        return list(each.choices)
    if each.type == "month":
        return [MONTHS[each.name]]
    ends = (each.low, each.high, FURTHER.get(each.name))
    return [value for value in ends if value not in (None, each.default)]


@functools.cache
def small_world(world, until, settings):
    place = uniform_world(160, 20, 20) if world == "peers" else world
    model = ScaleUpModel(make_scenario(world=place, parameters=dict(settings), seed=3, until=until)).run()
    return model.state_hash() + hash_arrays({k: np.asarray(v) for k, v in model.observed._asdict().items()})


@functools.cache
def country(settings):
    scenario = make_scenario(world="china", parameters=dict(settings), until=100, children="none")
    run = simulate_spread(places_of("china"), scenario)
    return run.total("villages_with_post").tobytes()


@functools.cache
def places(settings):
    parameters = default_parameters().replace(**dict(settings))
    world = build_world("pilot_counties", parameters)
    plan = plan_population(world, parameters)
    arrays = {"counties": world.counties, "villages": world.villages, "target": plan.target}
    return hash_arrays({name: np.asarray(array) for name, array in arrays.items()})


def occasions(settings):
    """Functions of settings, with the settings that each of them starts from."""
    for world, until, own in SMALL_WORLDS:
        yield functools.partial(small_world, world, until), own | settings
    yield country, settings
    yield places, {}


def acts(name, values, settings):
    """Whether values of a parameter lead to different outcomes on some occasion; of choices all must differ.

    Spread alone cannot tell full from part-time posts, which are all that two of the choices for pilot posts
    differ in; tests of staffing do.
    """
    all_differ = declarations()[name].type == "choice" and name != "pilot_after_money"
    wanted = len(values) if all_differ else 2
    for outcome, shared in occasions(settings):
        base = {key: given for key, given in shared.items() if key != name}
        seen = {outcome(tuple(sorted({**base, name: value}.items()))) for value in values}
        if len(seen) < wanted:
            seen.add(outcome(tuple(sorted(shared.items()))))
        if len(seen) >= wanted:
            return True
    return False


@pytest.mark.parametrize("name", declarations())
def test_a_parameter_moves_something(name):
    each = declarations()[name]
    needs = {key: value[0] if isinstance(value, tuple) else value for key, value in each.needs.items()}
    assert acts(name, ends_of(each), needs | TOGETHER.get(name, {}))
