"""How counties adopt under extreme rules, and which way each lever pushes; theory is in ``verification``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.layout import STAGE_NONE, STAGE_PILOT, STAGE_UNIVERSAL, WAVE, WAVE_PLACE
from model.orders import FIRST_COME, POOREST, PROPORTIONAL, PROVINCIAL_QUOTA, sharing_of
from model.seats import BY_SCORE
from model.strategy import ORDERS
from tests.model.spread_help import Months, counties_of, rules_with, spread_of

ALIKE = {"propensity_sd": 0.0, "welfare_week_boost": 1.0, "mandate_month": "never"}
"""Counties that differ in nothing and decide on their own."""


def waves_of(*rows):
    """Waves given as (start, end, posts per county, counties)."""
    waves: list[tuple[int, ...]] = []
    places: list[tuple[int, int]] = []
    for start, end, posts, chosen in rows:
        waves.append((start, end, posts, len(places), len(chosen), posts * len(chosen)))
        places += [(c, 0) for c in chosen]
    return np.array(waves, dtype=WAVE).view(np.recarray), np.array(places, dtype=WAVE_PLACE).view(np.recarray)


rule_values = st.fixed_dictionaries(
    {
        "adoption_p0_per_month": st.floats(0, 0.05),
        "adoption_q_per_month": st.floats(0, 0.5),
        "mandate_month": st.sampled_from(["never", 0, 5, 20]),
        "mandate_form": st.sampled_from(["hazard", "staged_chain"]),
        "mandate_hazard_per_month": st.floats(0, 2),
        "mandate_delay_months": st.floats(0, 6),
        "county_rollout_months": st.floats(1, 24),
        "seats_mode": st.sampled_from(["calibrated", "trainers"]),
        "seats_before_mandate_per_month": st.floats(0, 60),
        "seats_at_mandate_per_month": st.floats(0, 400),
        "seats_per_trainer_per_month": st.floats(0, 40),
        "trainers_bought_per_month": st.floats(0, 3),
        "universal_posts_share": st.floats(0, 1),
        "villages_per_post": st.integers(1, 5),
        "budget_binds": st.booleans(),
        "county_budget_yuan_per_child_per_year": st.floats(0, 40),
        "pilot_money_end_month": st.sampled_from(["never", 3, 12]),
        "pilot_after_money": st.sampled_from(["kept", "part_time", "closed"]),
    }
)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(
    values=rule_values,
    order=st.sampled_from([i for i, name in enumerate(ORDERS) if name != "ranking"]),
    sizes=st.lists(st.integers(0, 90), min_size=12, max_size=12),
    wave=st.tuples(st.integers(0, 10), st.integers(0, 8), st.integers(1, 30)),
    seed=st.integers(0, 2**64 - 1),
)
def test_nothing_is_given_twice_or_from_nothing(values, order, sizes, wave, seed):
    rules = rules_with(**values)
    counties = counties_of(12, sizes, n_provinces=3, seed=seed, n_pilot=2)
    start, length, posts = wave
    waves, places = waves_of((0, 0, 10, [0, 1]), (start, start + length, posts, [2, 3, 4]))
    brought = int(waves.seats_left.sum())
    spread = spread_of(counties, rules, seed, order, waves, places)
    run = Months(counties, spread, rules)
    before = {"opened": counties.n_opened.copy(), "stage": counties.stage.copy()}

    def check(month):
        nation = spread.nation[0]
        assert 0 <= nation.seats_allotted <= min(nation.seats, nation.open_demand)
        assert (counties.seats - counties.wave_seats).sum() == nation.seats_allotted
        assert np.all(counties.seats_used <= counties.seats)
        assert np.all(counties.wave_seats >= 0)
        assert np.all(counties.n_opened <= counties.n_villages)
        assert np.all(counties.posts_allowed <= counties.n_villages)
        assert np.all(counties.n_posts <= counties.n_opened)
        assert np.array_equal(counties.n_opened - before["opened"], counties.seats_used)
        assert np.all(counties.stage >= before["stage"])
        assert np.all(waves.seats_left >= 0)
        assert waves.seats_left.sum() + places.posts_given.sum() == brought
        assert np.all(counties.n_opened[counties.stage == STAGE_NONE] == 0)
        before["opened"], before["stage"] = counties.n_opened.copy(), counties.stage.copy()

    run.run(0, 40, check)


@pytest.mark.common_numbers
def test_a_mandate_changes_nothing_up_to_and_including_its_month():
    shared = {
        "adoption_p0_per_month": 0.01,
        "adoption_q_per_month": 0.05,
        "seats_before_mandate_per_month": 30,
    }
    states = {}
    for mandate in (20, "never"):
        rules = rules_with(
            mandate_month=mandate, mandate_hazard_per_month=5, mandate_delay_months=0, **shared
        )
        counties = counties_of(60, n_provinces=4)
        kept: list[bytes] = []
        run = Months(counties, spread_of(counties, rules), rules)
        run.run(0, 40, lambda month, kept=kept, counties=counties: kept.append(counties.tobytes()))
        states[mandate] = kept
    same = [a == b for a, b in zip(states[20], states["never"], strict=True)]
    assert all(same[:21])
    assert not any(same[25:])


@pytest.mark.unit
def test_a_wave_brings_its_posts_evenly_and_exactly_with_its_own_seats():
    rules = rules_with(
        adoption_p0_per_month=0,
        adoption_q_per_month=0,
        mandate_month="never",
        seats_before_mandate_per_month=0,
    )
    counties = counties_of(5, [100, 100, 7, 100, 100])
    waves, places = waves_of((3, 6, 10, [1, 2, 4]))
    run = Months(counties, spread_of(counties, rules, waves=waves, places=places), rules).run(0, 12)
    assert counties.n_opened.tolist() == [0, 10, 7, 0, 10]
    assert run.opened[:8] == [0, 0, 0, 6, 15, 21, 27, 27]
    assert counties.stage.tolist() == [STAGE_NONE, STAGE_PILOT, STAGE_PILOT, STAGE_NONE, STAGE_PILOT]
    assert not counties.voluntary.any()
    assert waves.seats_left[0] == 3  # the small county had no room for them
    assert set(run.seats) == {0}


@pytest.mark.unit
def test_seats_of_a_wave_that_were_not_used_come_back():
    rules = rules_with(adoption_p0_per_month=0, adoption_q_per_month=0, mandate_month="never")
    counties = counties_of(2)
    waves, places = waves_of((0, 3, 8, [0]))
    run = Months(counties, spread_of(counties, rules, waves=waves, places=places), rules).run(0, 1)
    assert places.posts_given[0] == 4
    counties.n_opened[0] -= 2  # as if staffing had used none of the last two
    counties.seats_used[0] = 0
    run.run(2, 2)
    assert places.posts_given[0] == 6  # two came back, and four were due
    assert waves.seats_left[0] == 2


@pytest.mark.unit
def test_a_voluntary_county_grows_to_its_cap_and_waves_do_not():
    rules = rules_with(
        **ALIKE, adoption_p0_per_month=0.1, adoption_q_per_month=0,
        pilot_posts=10, pilot_posts_growth_per_year=0.3, pilot_posts_cap_share=0.25,
    )  # fmt: skip
    counties = counties_of(20, 80)
    waves, places = waves_of((0, 0, 10, [0, 1, 2]))
    Months(counties, spread_of(counties, rules, waves=waves, places=places), rules).run(0, 120)
    assert np.all(counties.voluntary[3:] == 1)
    assert np.all(counties.n_opened[3:] == 20)
    assert np.all(counties.n_opened[:3] == 10)


@pytest.mark.unit
def test_a_county_rolls_out_in_the_stated_time_if_seats_do_not_bind():
    rules = rules_with(
        mandate_month=0, mandate_hazard_per_month=10, mandate_delay_months=0, mandate_province_lag_months=0,
        mandate_slope_months=0.01, county_rollout_months=10, seats_at_mandate_per_month=1e6,
        adoption_p0_per_month=0, adoption_q_per_month=0,
    )  # fmt: skip
    counties = counties_of(3, [105, 40, 4])
    run = Months(counties, spread_of(counties, rules), rules)
    steps = []
    run.run(0, 12, lambda month: steps.append(counties.n_opened.tolist()))
    assert steps[0] == [0, 0, 0]
    assert steps[1] == [10, 4, 1]
    assert steps[2] == [21, 8, 2]
    assert steps[10] == [105, 40, 4]
    assert np.all(counties.stage == STAGE_UNIVERSAL)


@pytest.mark.unit
def test_the_staged_chain_takes_the_stated_months():
    rules = rules_with(
        mandate_form="staged_chain", mandate_month=10, adoption_p0_per_month=0, adoption_q_per_month=0
    )
    counties = counties_of(2000, n_villages=1, n_provinces=31)
    counties.code = 990000 + np.arange(2000) * 13  # about eight counties a prefecture
    spread = spread_of(counties, rules)
    first = np.full(2000, -1)

    def note(month):
        first[(counties.stage == STAGE_UNIVERSAL) & (first < 0)] = month

    Months(counties, spread, rules).run(0, 60, note)
    waited = first - 10
    assert waited.min() >= 11
    assert waited.max() <= 34
    assert abs(spread.chain_lag.mean() - 22) < 1
    assert np.array_equal(waited, np.floor(spread.chain_lag).astype(int) + 1)
    same_prefecture = counties.code // 100 == counties.code[0] // 100
    assert spread.chain_lag[same_prefecture].std() < spread.chain_lag.std()


@pytest.mark.unit
def test_counties_outside_a_part_of_the_country_count_for_its_provinces():
    rules = rules_with(**ALIKE, adoption_p0_per_month=0, adoption_q_per_month=0.5)
    counties = counties_of(200, n_villages=1)
    spread = spread_of(counties, rules)
    spread.provinces.n_counties_national[0] = 400
    spread.nation.outside_share = 0.6
    Months(counties, spread, rules).run(0, 0)
    assert spread.provinces.adopting_share[0] == pytest.approx(0.3)
    assert 0 < (counties.stage == STAGE_PILOT).sum() < 60  # 1 - exp(-0.15) = 14 %


@pytest.mark.common_numbers
@pytest.mark.parametrize(
    ("lever", "low", "high"),
    [
        ("seats_before_mandate_per_month", 3, 12),
        ("seats_at_mandate_per_month", 20, 60),
        ("adoption_p0_per_month", 1e-3, 4e-3),
        ("adoption_q_per_month", 0.01, 0.1),
        ("mandate_hazard_per_month", 0.05, 0.2),
        ("mandate_month", 40, 25),
        ("county_rollout_months", 20, 8),
        ("provincial_push_per_month", 0, 0.01),
        ("universal_posts_share", 0.3, 1),
        ("pilot_posts", 5, 15),
        ("trainers_bought_per_month", 0, 1),
    ],
)
def test_levers_push_the_right_way(lever, low, high):
    """More counties, more seats, an earlier mandate: never fewer posts, and more on the whole."""
    shared = {
        "mandate_month": 30, "mandate_delay_months": 2, "adoption_p0_per_month": 2e-3,
        "adoption_q_per_month": 0.02, "seats_before_mandate_per_month": 10, "seats_at_mandate_per_month": 60,
        "seats_mode": "trainers" if lever == "trainers_bought_per_month" else "calibrated",
    }  # fmt: skip
    totals = []
    for value in (low, high):
        rules = rules_with(**{**shared, lever: value})
        per_seed = []
        for seed in range(4):
            counties = counties_of(80, 50, n_provinces=4, seed=seed)
            run = Months(counties, spread_of(counties, rules, seed), rules).run(0, 48)
            per_seed.append((run.opened[29], run.opened[48]))
        totals.append(np.array(per_seed))
    before, after = totals
    assert np.all(after[:, 1] >= before[:, 1])
    assert after.sum() > before.sum()


@pytest.mark.common_numbers
def test_a_lever_of_the_mandate_does_not_touch_the_years_before():
    opened = []
    for hazard in (0.01, 1.0):
        rules = rules_with(mandate_month=30, mandate_hazard_per_month=hazard, adoption_p0_per_month=0.01)
        counties = counties_of(50, 50)
        opened.append(Months(counties, spread_of(counties, rules), rules).run(0, 45).opened)
    assert opened[0][:31] == opened[1][:31]
    assert opened[0][45] < opened[1][45]


@pytest.mark.unit
def test_poorest_first_serves_poor_counties_and_proportional_serves_all():
    shared = {
        "mandate_month": 0, "mandate_hazard_per_month": 10, "mandate_delay_months": 0,
        "mandate_province_lag_months": 0, "mandate_slope_months": 0.01, "seats_at_mandate_per_month": 40,
        "seats_growth_per_month": 0,
    }  # fmt: skip
    rules = rules_with(**shared)
    rank = {}
    for order in (POOREST, PROPORTIONAL, PROVINCIAL_QUOTA, FIRST_COME):
        counties = counties_of(40, 50, n_provinces=4)
        counties.poverty = np.linspace(0.01, 0.4, 40)
        Months(counties, spread_of(counties, rules, order=order), rules).run(0, 12)
        rank[order] = np.average(counties.poverty, weights=counties.n_opened)
    mean = 0.205
    assert rank[POOREST] > mean + 0.08
    assert abs(rank[PROPORTIONAL] - mean) < 0.01
    assert abs(rank[PROVINCIAL_QUOTA] - mean) < 0.01
    assert sharing_of(FIRST_COME) == BY_SCORE


@pytest.mark.common_numbers
def test_pilot_posts_close_with_the_money_and_come_back_under_the_mandate():
    rules = rules_with(
        pilot_money_end_month=5, pilot_after_money="closed", mandate_month=10, mandate_hazard_per_month=10,
        mandate_delay_months=0, mandate_province_lag_months=0, mandate_slope_months=0.01,
        seats_at_mandate_per_month=1e5, adoption_p0_per_month=0, adoption_q_per_month=0,
    )  # fmt: skip
    counties = counties_of(3, 40, n_pilot=1)
    waves, places = waves_of((0, 0, 10, [0]))
    started = []
    run = Months(counties, spread_of(counties, rules, waves=waves, places=places), rules)
    run.run(0, 40, lambda month: started.append(int(counties.n_started[0])))
    assert started[5] > 0
    assert started[6] == 0
    assert started[40] == 40
