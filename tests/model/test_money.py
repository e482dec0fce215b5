"""Costs, payers and budgets: exact sums, and nothing spent that is not there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.layout import STAGE_PILOT, STAGE_UNIVERSAL
from model import money
from model.codes import MINUTES_PER_HOUR
from model.money import CATEGORIES, COUNTERS, PAYERS, UNLIMITED_FEN, account_costs, money_arrays
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario, parameters_at
from tests.model.spread_help import Months, counties_of, rules_with, spread_of, villages_of


def account(counters, **values):
    """Money of one county's counters, as dictionaries by category and payer, and the gap; in fen."""
    counties = counties_of(1)
    counties.stage = STAGE_UNIVERSAL
    counted, costs, payments, gap = money_arrays(1)
    for name, value in counters.items():
        counted[0, COUNTERS.index(name)] = value
    account_costs(counties, counted, costs, payments, gap, rules_with(**values))
    assert not counted.any()
    return (
        dict(zip(CATEGORIES, costs[0].tolist(), strict=True)),
        dict(zip(PAYERS, payments[0].tolist(), strict=True)),
        int(gap[0]),
        int(counties.spent[0]),
    )


@pytest.mark.unit
def test_unit_costs_by_category():
    costs, payers, gap, spent = account(
        {
            "posts_opened": 3, "workers_trained": 2, "dedicated_months": 5, "part_time_months": 40,
            "supervision_minutes": 90, "spaces_opened": 1, "space_months": 2, "desk_minutes_bought": 120,
            "desk_minutes_elastic": 60, "desk_minutes_added": 240,
            "trips": 7, "case_fen": 1234, "orphan_allowance_months": 2,
            "subsistence_allowance_months": 3, "disability_subsidy_months": 1,
        },
        post_opening_yuan=500, seat_yuan=150, training_days=3, pay_dedicated_yuan_per_month=800,
        pay_part_time_yuan_per_month=100, supervision_yuan_per_hour=25, clerk_hour_yuan=30,
        space_opening_yuan=20000,
        space_running_yuan_per_month=830, trip_yuan=20, orphan_allowance_yuan_per_month=600,
        subsistence_allowance_yuan_per_month=100, disability_subsidy_yuan_per_month=100, cash_multiplier=1.5,
        county_share=0.5, province_share=0.25,
    )  # fmt: skip
    assert costs == {
        "training": 2 * 450_00, "start_up": 1_500_00, "pay": 8_000_00, "supervision": 37_50,
        "spaces": 21_660_00,
        "desk_hours": 60_00, "desk_staff": 150_00, "trips": 140_00, "cases": 1234,
        "cash_allowances": (1200 + 300 + 100) * 150,
    }  # fmt: skip
    total = sum(costs.values())
    assert sum(payers.values()) == total
    assert payers["county"] == total // 2
    assert payers["province"] == total // 4
    assert gap == 30_00
    assert spent == 2 * 450_00 + 1_500_00 + 8_000_00 + 37_50 + 21_660_00 + 60_00


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(
    counters=st.dictionaries(st.sampled_from(COUNTERS), st.integers(0, 10**6), max_size=len(COUNTERS)),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    shared=st.integers(1, 5),
)
def test_payers_add_up_to_the_last_fen(counters, shares, shared):
    costs, payers, gap, _ = account(
        counters, county_share=shares[0], province_share=shares[1], villages_per_post=shared
    )
    total = sum(costs.values())
    assert sum(payers.values()) == total
    assert min(payers.values()) >= 0
    assert gap >= 0
    over = max(sum(shares), 1.0)
    assert payers["county"] == pytest.approx(total * shares[0] / over, abs=1 + total * 1e-9)


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(
    budget=st.floats(0, 60),
    values=st.fixed_dictionaries(
        {
            "pay_dedicated_yuan_per_month": st.floats(0, 3000),
            "pay_part_time_yuan_per_month": st.floats(0, 300),
            "part_time_posts_share": st.floats(0, 1),
            "part_time_pilot_posts_share": st.floats(0, 1),
            "seat_yuan": st.floats(0, 400),
            "training_days": st.floats(1, 10),
            "post_opening_yuan": st.floats(0, 3000),
            "supervision_yuan_per_hour": st.floats(0, 60),
            "villages_per_post": st.integers(1, 5),
            "turnover_per_year": st.floats(0, 0.9),
            "designated_training_months": st.integers(1, 12),
            "desk_plan": st.sampled_from(["fixed", "bought"]),
            "desk_budget_share": st.floats(0, 1),
            "second_worker_from_children": st.sampled_from([500, 100_000]),
        }
    ),
    deep=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_a_binding_budget_is_never_exceeded(budget, values, deep, seed):
    rules = rules_with(
        **values, budget_binds=True, county_budget_yuan_per_child_per_year=budget, mandate_month=3,
        mandate_hazard_per_month=2, mandate_delay_months=1, seats_at_mandate_per_month=1e5,
        adoption_p0_per_month=0.05,
    )  # fmt: skip
    counties = counties_of(6, [30, 5, 60, 1, 44, 0], n_provinces=2, seed=seed)
    people = None
    if deep:
        townships, villages = villages_of(counties, seed=seed)
        villages.n_slots[::7] = 600
        people = (townships, villages, np.arange(len(villages), dtype=np.int32))
    run = Months(counties, spread_of(counties, rules, seed), rules, people)

    def check(month):
        if deep:
            assert np.all(counties.spent <= counties.budget)
        assert np.all(run.gap >= 0)
        assert np.all(run.costs >= 0)
        assert np.array_equal(run.costs.sum(axis=1), run.payments.sum(axis=1))

    run.run(0, 24, check)


@pytest.mark.common_numbers
@pytest.mark.parametrize("deep", [False, True])
def test_more_budget_more_villages_and_less_of_a_gap(deep):
    opened, filled, gaps = [], [], []
    for budget in (1, 4, 16, 64):
        rules = rules_with(
            budget_binds=True, county_budget_yuan_per_child_per_year=budget, part_time_posts_share=0.2,
            mandate_month=3, mandate_hazard_per_month=2, mandate_delay_months=1,
            seats_at_mandate_per_month=1e5,
        )  # fmt: skip
        counties = counties_of(10, 60, n_provinces=2)
        townships, villages = villages_of(counties)
        people = (townships, villages, np.arange(len(villages), dtype=np.int32)) if deep else None
        run = Months(counties, spread_of(counties, rules), rules, people).run(0, 40)
        opened.append(run.opened[-1])
        filled.append(int(counties.n_posts.sum()))
        gaps.append(int(run.gap.sum()))
    assert sorted(opened) == opened
    assert opened[0] < opened[1] < opened[2]
    assert filled[0] < filled[-1]
    assert gaps[-1] <= min(gaps)


@pytest.mark.unit
def test_a_budget_that_does_not_bind_is_no_budget():
    rules = rules_with(county_budget_yuan_per_child_per_year=0)
    counties = counties_of(2)
    money.set_budgets(counties, rules)
    assert set(counties.budget.tolist()) == {UNLIMITED_FEN}


@pytest.mark.unit
def test_the_envelope_is_divided_without_rest():
    rules = rules_with(
        budget_binds=True, county_budget_yuan_per_child_per_year=12, desk_plan="bought",
        desk_budget_share=0.3, space_budget_share=0.9,
    )  # fmt: skip
    counties = counties_of(1, 100)
    money.set_budgets(counties, rules)
    assert counties.budget[0] == 30_000_00
    parts = [
        part(counties[0], rules) for part in (money.desk_envelope, money.space_envelope, money.post_envelope)
    ]
    assert parts == [9_000_00, 21_000_00, 0]
    other = rules_with(budget_binds=True, county_budget_yuan_per_child_per_year=12, space_budget_share=0.1)
    assert money.desk_envelope(counties[0], other) == 0  # no desk hours are bought under other plans
    assert money.post_envelope(counties[0], other) == 27_000_00


@pytest.mark.unit
def test_posts_of_a_shrunken_budget_close_by_rank_and_are_reported_as_a_gap():
    values = {"mandate_month": "never", "adoption_p0_per_month": 0, "part_time_pilot_posts_share": 0,
              "pay_dedicated_yuan_per_month": 800, "supervision": 0, "space_budget_share": 0,
              "turnover_per_year": 0, "election_turnover_share": 0}  # fmt: skip
    counties = counties_of(1, 20)
    townships, villages = villages_of(counties)
    counties.stage, counties.stage_month, counties.n_opened = STAGE_PILOT, 0, 10
    villages.post[:10] = 5
    villages.dedicated[:10] = 1
    villages.start_month[:10] = 0
    rules = rules_with(**values, budget_binds=True, county_budget_yuan_per_child_per_year=9.6)
    people = (townships, villages, np.arange(20, dtype=np.int32))
    run = Months(counties, spread_of(counties, rules), rules, people).run(1, 1)
    assert counties.budget[0] == 4_800_00
    assert counties.n_posts[0] == 6
    assert counties.spent[0] == 4_800_00
    assert run.gap[0] == 4 * 800_00


@pytest.mark.theory
def test_cluster_pay_is_never_paid_short():
    rules = rules_with(villages_per_post=3, pay_part_time_yuan_per_month=100)
    assert money.post_month_fen(0, 1, rules) == 3334
    assert money.training_fen(rules) == 150_00
    assert money.divided_up(10, 5) == 2
    assert money.divided_up(11, 5) == 3


@pytest.mark.common_numbers
@pytest.mark.parametrize(
    ("settings", "costs"),
    [
        ({}, False),
        ({"desk_fte_factor": 0.5}, False),
        ({"desk_fte_factor": 2}, True),
        ({"desk_plan": "growing"}, True),
        ({"desk_plan": "follow_backlog", "desk_fte_factor": 0.2}, True),
    ],
)
def test_staff_added_at_desks_is_paid_and_staff_that_is_there_is_not(settings, costs):
    scenario = make_scenario(world="four_villages", strategy="no_programme", parameters=settings, until=30)
    model = ScaleUpModel(scenario).run()
    minutes = model.observed.counters[:, COUNTERS.index("desk_minutes_added")].sum()
    paid = model.observed.money[:, CATEGORIES.index("desk_staff")].sum()
    assert (paid > 0) == (minutes > 0) == costs
    price = parameters_at(scenario, 0).clerk_hour_yuan * money.FEN_PER_YUAN / MINUTES_PER_HOUR
    assert paid == pytest.approx(minutes * price, rel=0.01)


@pytest.mark.common_numbers
def test_twice_the_staff_costs_as_many_hours_again():
    usual, doubled = (
        ScaleUpModel(
            make_scenario(
                world="four_villages",
                strategy="no_programme",
                parameters={"desk_fte_factor": factor},
                until=24,
            )
        ).run()
        for factor in (1, 2)
    )
    n_offices = (len(usual.state.counties) + len(usual.state.townships)) * len(usual.tables.services)
    staff = usual.state.desks.base_minutes[:n_offices].sum() * usual.months_done
    assert doubled.observed.counters[:, COUNTERS.index("desk_minutes_added")].sum() == pytest.approx(
        staff, rel=0.02
    )
