"""Nothing is lost, nothing is made up: every month, exactly, in small worlds and under random scenarios."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from columns.layout import ADMITTED, CLEAR, INELIGIBLE, SERVED, UNMET
from model.declarations import declarations
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.strategy_file import strategy_names
from model.worlds import uniform_world
from verification.ledger import OPEN, Ledger, Replay, flow, run_checked

WORLDS = ("four_villages", "teaching", "uniform")
EARLY_MANDATE = {
    "mandate_month": 20,
    "mandate_delay_months": 0,
    "mandate_hazard_per_month": 2,
    "county_rollout_months": 6,
}
"""Posts in every village within a short run."""


def world(name):
    return uniform_world(36, 50, 3) if name == "uniform" else name


@pytest.mark.property
@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("strategy", ["history", "no_programme"])
def test_everything_adds_up_every_month_of_ten_years(name, strategy):
    run_checked(ScaleUpModel(make_scenario(world=world(name), strategy=strategy, seed=7, until=127)))


@pytest.mark.property
@pytest.mark.parametrize(
    "parameters",
    [
        {"capacity_mode": "elastic"},
        {"desk_fte_factor": 0.2},
        {"desk_fte_factor": 0.3, "discipline": "need_first", "reserved_share": 0.5},
        {"budget_binds": True, "county_budget_yuan_per_child_per_year": 5, "desk_plan": "bought"},
        {"one_stop": True, "documents_chain": False},
        {"one_stop": True, "reserved_share": 0.6, "desk_fte_factor": 0.4},
        {"desk_plan": "bought", "budget_binds": True, "reserved_share": 0.5, "desk_fte_factor": 0.2},
        {"desk_plan": "follow_backlog", "desk_fte_factor": 0.2},
        {"automatic_link": True, "space_opening_per_year": 1, "spaces_goal_share": 1},
        {"seats_mode": "trainers", "villages_per_post": 3},
    ],
    ids="+".join,
)
def test_everything_adds_up_with_other_desks_posts_and_money(parameters):
    run_checked(
        ScaleUpModel(
            make_scenario(world="teaching", parameters={**EARLY_MANDATE, **parameters}, seed=3, until=50)
        )
    )


def levers():
    """Values within the plausible ranges of a handful of parameters; geography is left alone."""
    chosen = [each for each in declarations().values() if each.topic not in ("geography", "observation")]

    def value(each):
        if each.type == "switch":
            return st.booleans()
        if each.type == "choice":
            return st.sampled_from(each.choices)
        if each.low is None or each.high is None:
            return st.just(each.default)
        if each.type == "integer":
            return st.integers(int(each.low), int(each.high))
        return st.floats(each.low, each.high)

    some = st.lists(st.sampled_from(chosen), min_size=3, max_size=12, unique_by=lambda each: each.name)
    return some.flatmap(lambda rows: st.fixed_dictionaries({each.name: value(each) for each in rows}))


@pytest.mark.property
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
@given(
    strategy=st.sampled_from(strategy_names()),
    parameters=levers(),
    seed=st.integers(0, 2**32),
    name=st.sampled_from(WORLDS[:2]),
    months=st.integers(3, 40),
)
def test_everything_adds_up_under_random_scenarios(strategy, parameters, seed, name, months):
    merged = {**EARLY_MANDATE, "mandate_month": 8, **parameters}
    run_checked(
        ScaleUpModel(make_scenario(world=name, strategy=strategy, parameters=merged, seed=seed, until=months))
    )


@pytest.mark.property
def test_the_event_log_tells_the_whole_story():
    scenario = make_scenario(world="teaching", parameters=EARLY_MANDATE, seed=11, until=80)
    model = ScaleUpModel(scenario, log_events=True)
    replay, ledger = Replay(model), Ledger(model)
    replay.month()
    orphan = scenario.services.index("orphan_allowance")
    row = np.zeros(0)
    for month in range(81):
        model.run(month)
        moves = replay.month()
        here = ledger.present()
        assert (replay.states[here] == ledger.states()[here]).all()
        assert (replay.states[~here] == INELIGIBLE).all()
        counted = np.zeros((len(model.tables.services), 3), dtype=int)
        for (service, old, new), times in moves.items():
            was, now = old in OPEN, new in OPEN
            counted[service, 0] += times * ((old in (CLEAR, SERVED)) and new == UNMET)
            counted[service, 1] += times * (was and not now)
            counted[service, 2] += times * (old != INELIGIBLE and not was and now)
        row = model.observed.strata[month, 0]
        ended = sum(row[:, flow(name)] for name in ("served_alone", "served_helped", "ended", "left"))
        assert (counted[:, 1] == ended).all()
        others = np.arange(len(counted)) != orphan  # a child left unattended begins a spell from ineligible
        assert (counted[others, 0] == row[others, flow("opened")]).all()
        assert (counted[:, 2] == counted[:, 0]).all()
        assert row[orphan, flow("opened")] >= counted[orphan, 0]
    assert row[:, ADMITTED].sum() > 0


@pytest.mark.unit
def test_the_ledger_notices_a_missing_case():
    """A checker that cannot fail proves nothing: each disturbance of the columns is found."""

    def disturb_tally(state):
        state.county_tally[0, 2, UNMET] += 1

    def lose_entries(state):
        state.arenas.n_open[0] -= 3

    def forget_a_case(state):
        state.villages.open_cases[0] += 1

    def use_too_much(state):
        state.desks.used[0] = state.desks.offered[0] + 1

    def grow_up(state):
        state.birth[np.flatnonzero(state.traits & 0x80)[0]] += 37

    def find_money(state):
        state.counters[0, 0] = 1

    def hire(state):
        state.counties.n_posts[0] += 1

    for disturb in (disturb_tally, lose_entries, forget_a_case, use_too_much, grow_up, find_money, hire):
        model = ScaleUpModel(make_scenario(world="teaching", seed=5, until=2)).run(1)
        ledger = Ledger(model)
        model.run(2)
        disturb(model.state)
        with pytest.raises(AssertionError):
            ledger.check()
