"""The demographic plan: replayed month by month with cohorts of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.demography import (
    ADULT_MONTHS,
    CENSUS_2010,
    CENSUS_2020,
    DemographicPlan,
    age_cohorts,
    plan_population,
    plan_sectors,
)
from model.parameters import default_parameters
from model.sectors import CENSUS_SECTOR
from model.worlds import build_world, uniform_world


def replay(births: np.ndarray, target: np.ndarray, first_cohorts: np.ndarray) -> np.ndarray:
    """Live through the plan as the kernel does; returns net moves per month.

    Children age out at exactly 216 months, births follow, then moves settle the number. Leavers are taken
    from all ages in proportion, newcomers have all ages alike: what the plan promises depends on neither.
    """
    cohorts = first_cohorts.astype(np.int64).copy()  # by age in months
    moves = np.zeros(target.shape, dtype=np.int64)
    assert (cohorts.sum(axis=1) == target[:, 0]).all()
    for month in range(1, target.shape[1]):
        cohorts = np.hstack([births[:, month : month + 1], cohorts[:, :-1]])
        short = target[:, month] - cohorts.sum(axis=1)
        moves[:, month] = short
        for s in np.flatnonzero(short):
            if short[s] > 0:
                cohorts[s] += np.diff(short[s] * np.arange(ADULT_MONTHS + 1) // ADULT_MONTHS)
            else:
                through = np.cumsum(cohorts[s])
                cohorts[s] -= np.diff(-short[s] * through // through[-1], prepend=0)
        assert (cohorts >= 0).all()
    return moves


def replay_plan(plan: DemographicPlan) -> np.ndarray:
    return replay(plan.births, plan.target, plan.first_cohorts)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["four_villages", "teaching", "pilot_counties"])
def test_plan_can_be_lived_through_and_meets_both_censuses(name: str) -> None:
    world = build_world(name)
    plan = plan_population(world)
    moves = replay_plan(plan)
    assert (plan.target[:, CENSUS_2010] == world.sectors["children_2010"]).all()
    assert (plan.target[:, CENSUS_2020] == world.sectors["children_2020"]).all()
    assert (moves[:, : CENSUS_2010 + 1] == 0).all()


@pytest.mark.unit
def test_ages_at_the_first_census_follow_the_table() -> None:
    world = build_world()
    plan = plan_population(world)
    cohorts = plan.first_cohorts.astype(int)
    for month in range(1, CENSUS_2010 + 1):
        cohorts = np.hstack([plan.births[:, month : month + 1], cohorts[:, :-1]])
    sectors = world.sectors
    assert (cohorts == age_cohorts(sectors["children_2010"], sectors["under5_share"])).all()
    share = cohorts[:, :60].sum(axis=1) / np.maximum(cohorts.sum(axis=1), 1)
    assert np.allclose(share[::2], sectors["under5_share"][::2], atol=0.001)


@pytest.mark.unit
def test_slots_hold_everybody_at_every_moment() -> None:
    world = build_world()
    plan = plan_population(world)
    slots = np.bincount(world.village_sector, plan.village_slots, len(world.sectors))
    children = np.bincount(world.village_sector, plan.village_children, len(world.sectors))
    assert (children == plan.target[:, 0]).all()
    assert (plan.village_children <= plan.village_slots).all()
    assert (slots >= plan.target.max(axis=1)).all()
    before_moves = plan.target[:, :-1] + plan.births[:, 1:]  # births come first
    assert (slots >= before_moves.max(axis=1)).all()
    assert slots.sum() < 1.3 * plan.target.max(axis=1).sum()


@pytest.mark.unit
def test_moves_are_spread_evenly_between_the_censuses() -> None:
    plan = plan_population(build_world())
    moves = replay_plan(plan)[:, CENSUS_2010 + 1 : CENSUS_2020 + 1]
    first, second = moves[:, :60].sum(axis=1), moves[:, 60:].sum(axis=1)
    size = plan.target[:, CENSUS_2010]
    assert (np.abs(first - second) < 0.05 * size + 20).all()


@pytest.mark.theory
def test_held_population_is_constant_in_every_age() -> None:
    world = build_world("teaching")
    plan = plan_population(world, default_parameters().replace(hold_population=True))
    assert (replay_plan(plan) == 0).all()
    assert (plan.target == plan.target[:, :1]).all()
    assert (plan.village_slots.sum() - plan.village_children.sum()) <= plan.births.max(axis=1).sum()
    assert plan.first_cohorts.max() - plan.first_cohorts[plan.first_cohorts > 0].min() < 20


@pytest.mark.unit
def test_births_follow_the_nation() -> None:
    world = uniform_world(100, 1000)
    plan = plan_population(world)
    per_year = plan.births[:, 8:248].sum(axis=0).reshape(20, 12).sum(axis=1)  # from January 2011
    assert per_year[5] / per_year[0] == pytest.approx(17.86 / 16.04, abs=0.01)  # 2016 against 2011
    assert per_year[9] / per_year[0] == pytest.approx(12.00 / 16.04, abs=0.01)
    assert (np.abs(np.diff(per_year[9:])) <= 1).all()


@pytest.mark.unit
def test_extra_trend_moves_births_and_not_the_census() -> None:
    world = build_world("teaching")
    plain = plan_population(world)
    fewer = plan_population(world, default_parameters().replace(birth_trend=-0.05))
    assert fewer.births[:, 7:].sum() < 0.8 * plain.births[:, 7:].sum()
    assert (fewer.target[:, CENSUS_2020] == plain.target[:, CENSUS_2020]).all()
    assert (fewer.births[:, :7] == plain.births[:, :7]).all()


@pytest.mark.unit
def test_horizon_must_reach_the_second_census() -> None:
    with pytest.raises(ValueError, match="beyond month 126"):
        plan_population(build_world("four_villages"), horizon_months=100)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30_000), st.integers(0, 30_000), st.floats(0.1, 0.45)),
        min_size=1,
        max_size=3,
    )
)
def test_any_counts_can_be_planned(rows: list[tuple[int, int, float]]) -> None:
    sectors = np.zeros(len(rows), dtype=CENSUS_SECTOR)
    for sector, (first, second, young) in zip(sectors, rows, strict=True):
        sector["children_2010"], sector["children_2020"], sector["under5_share"] = first, second, young
    births, target, cohorts = plan_sectors(sectors, np.array([110101]), default_parameters(), 308)
    replay(births, target, cohorts)
    assert (births >= 0).all()
    assert (target >= 0).all()
    assert (target[:, CENSUS_2010] == sectors["children_2010"]).all()
    assert (target[:, CENSUS_2020] == sectors["children_2020"]).all()
