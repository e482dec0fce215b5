"""Two worlds that differ by one worker, one desk hour or one child differ only where they must.

Complete states are compared phase by phase. What is removed may act within its county through queues, desks
and hours. It may reach other counties only through what they see of one another and through training seats;
with these switched off, nothing of it ever does. Money is a county's own: its envelope depends on nothing
that happens elsewhere, so it carries nothing across, binding or not.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from columns.by_address import by_address
from columns.compiling import kernel, part
from columns.layout import (
    CHILD_PRESENT,
    FILED_ALONE,
    GATHERING_HELPED,
    NO_MONTH,
    POST_ACTIVE,
    POST_NONE,
    POST_VACANT,
    UNMET,
)
from columns.words import STATE_MASK
from model.codes import CHILDHOOD_MONTHS
from model.needs import close_all
from model.population import books_of, child_of
from model.scenario import make_scenario
from model.staffing import empty_post
from model.worlds import uniform_world
from tests.model.paired import EVERYWHERE
from tools.differ.lockstep import NATION, START, Difference, Moment, Watched, lockstep

pytestmark = pytest.mark.common_numbers

N_COUNTIES, HERE = 6, 2
"""The county in which something is removed, and how many there are."""
AFTER, UNTIL = 24, 72
"""Months both worlds share before it is removed, and the last month that is compared."""
CHILDREN = ("needs", "traits", "birth", "due", "household")

APART = EVERYWHERE | {"results_loop": False, "designated_share": 0.9}
"""Every county has its posts and sees nothing of others; seats for all."""
SEPARATE_VILLAGES = {"capacity_mode": "elastic", "supervisor_child_share": 1, "hold_population": True}
"""Nobody waits at a desk, nobody shares a supervisor's hours that are short, nobody takes a vacant place."""


def world_after(months=AFTER, strategy="history", seed=4, **parameters):
    scenario = make_scenario(
        uniform_world(6 * N_COUNTIES, 60, N_COUNTIES), strategy, parameters, seed=seed, until=UNTIL
    )
    return Watched(scenario).run(months - 1)


@part
def end_needs(state, tables, c, v, slot, month):
    """Take a child out of all counts; a part, since it is handed arrays by other parts."""
    county, village = state.counties[c], state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    _, groups, _ = child_of(state, tables, county, village, household, slot, month)
    close_all(books_of(state, c, 0), village, slot, month, groups, state.birth[slot])


@kernel
def take_away(state, tables, c, v, slot, month):
    """Take one child away. Its place stays vacant, so that newborns come into the same places as before."""
    end_needs(by_address(state), by_address(tables), c, v, slot, month)
    state.traits[slot] = np.uint8(0)


@kernel
def dismiss(villages, v, month):
    """Let one worker leave the post."""
    empty_post(month, villages[v], POST_VACANT)


def is_present(traits):
    return (traits & CHILD_PRESENT) > 0


def remove_worker(model):
    """The worker of the first village that has one leaves."""
    here = np.flatnonzero(model.state.villages.county == HERE)
    v = int(here[model.state.villages.post[here] == POST_ACTIVE][0])
    dismiss(model.state.villages, v, model.month)
    return v


def remove_desk_hour(model):
    """The township's busiest desk has an hour less, a month and for good."""
    n_services = model.state.needs.shape[1]
    first = (N_COUNTIES + int(model.state.counties.first_township[HERE])) * n_services
    row = first + int(model.state.desks.queue[first : first + n_services].argmax())
    model.state.desks.base_minutes[row] -= 60
    return row


def remove_child(model):
    """A young child is taken away: one with most others in the same state of the same need.

    It waits at a desk or, where nobody waits, is helped by a worker or, without any worker, is in need.
    """
    state = model.state
    here = np.repeat(state.villages.county == HERE, state.villages.n_slots)
    young = (model.month - state.birth.astype(int)) % 256 < CHILDHOOD_MONTHS - (UNTIL - AFTER) - 1
    chosen = (here & young & is_present(state.traits))[:, np.newaxis]
    by_need = [
        chosen & ((state.needs & STATE_MASK) == need) for need in (FILED_ALONE, GATHERING_HELPED, UNMET)
    ]
    found = next(children for children in by_need if children.any())
    slot = int(np.flatnonzero(found[:, found.sum(axis=0).argmax()])[0])
    v = int(np.searchsorted(state.villages.first_slot, slot, side="right")) - 1
    take_away(state, model.tables, HERE, v, slot, model.month)
    return slot


REMOVALS = (remove_worker, remove_desk_hour, remove_child)


class Spread(NamedTuple):
    """Where two worlds differ over time.

    Attributes
    ----------
    first
        County (or NATION) to the first moment in which it differs.
    columns
        County to all columns in which it ever differs.
    rows
        Column to all its rows that ever differ; of children's columns those where a child lives, since vacant
        slots keep their queue in their need words.
    """

    first: dict[int, Moment]
    columns: dict[int, set[str]]
    rows: dict[str, set[int]]


def compared(left: Watched, right: Watched, until: int = UNTIL) -> Spread:
    """Follow two worlds side by side and note where they differ."""
    found = Spread({}, {}, {})
    for moment in lockstep(left, right, until):
        for difference in moment.differences:
            found.first.setdefault(difference.county, moment)
            found.columns.setdefault(difference.county, set()).add(difference.column)
            found.rows.setdefault(difference.column, set()).update(rows_of_people(moment, difference))
    return found


def rows_of_people(moment: Moment, difference: Difference) -> list[int]:
    """Rows that differ, without vacant slots."""
    rows = difference.rows
    if difference.column in CHILDREN:
        rows = rows[is_present(moment.left["traits"][rows]) | is_present(moment.right["traits"][rows])]
    return rows.tolist()


def first_moment_of(left: Watched, right: Watched, spared: int = -1) -> tuple[Moment, list[Difference]]:
    """The first moment in which children other than one differ, and where."""
    for moment in lockstep(left, right, UNTIL):
        parts = [part for part in moment.differences if part.column in CHILDREN]
        parts = [part for part in parts if set(rows_of_people(moment, part)) - {spared}]
        if parts:
            return moment, parts
    raise AssertionError("no child was ever affected")


def differing(remove: Callable[[Watched], int], months=AFTER, **parameters) -> tuple[Spread, Watched, int]:
    """Compare a world with one from which something was removed after some months."""
    left, right = world_after(months, **parameters), world_after(months, **parameters)
    removed = remove(right)
    return compared(left, right), right, removed


def columns_at(moment: Moment, county: int) -> set[str]:
    """Columns in which a county differs at a moment."""
    return {part.column for part in moment.differences if part.county == county}


@pytest.mark.parametrize("remove", REMOVALS)
@pytest.mark.parametrize("money", [{}, {"budget_binds": True, "county_budget_yuan_per_child_per_year": 300}])
def test_without_spread_and_with_seats_for_all_other_counties_never_differ(remove, money):
    found, model, _ = differing(remove, **APART, **money)
    assert set(found.first) == {HERE}
    assert found.first[HERE].phase == START
    assert found.rows["needs"], "it must have mattered to some child"
    assert (model.state.counties.spent > 0).all()


def test_an_hour_acts_at_its_own_desk_first():
    left, right = world_after(**APART), world_after(**APART)
    row = remove_desk_hour(right)
    moment, parts = first_moment_of(left, right)
    assert moment.phase == "serve_desks"
    for found in parts:
        assert found.column == "needs"
        changed = moment.left["needs"][found.rows] != moment.right["needs"][found.rows]
        assert np.flatnonzero(changed.any(axis=0)).tolist() == [row % changed.shape[1]]


def test_a_worker_matters_to_the_own_village_only_where_desks_are_elastic():
    found, model, v = differing(remove_worker, **APART | SEPARATE_VILLAGES)
    villages = model.state.villages
    owner = np.repeat(np.arange(len(villages)), villages.n_slots)
    home = np.repeat(np.arange(len(villages)), villages.n_households)
    assert set(owner[list(found.rows["needs"])]) == {v}
    assert set(home[list(found.rows["households.trust"])]) == {v}
    for column, rows in found.rows.items():
        if column.startswith("villages."):
            assert rows == {v}, column


def test_a_child_matters_to_the_own_village_only_where_desks_are_elastic():
    scarce = {"worker_hours_dedicated": 15}
    found, model, slot = differing(remove_child, **APART | SEPARATE_VILLAGES | scarce)
    villages = model.state.villages
    owner = np.repeat(np.arange(len(villages)), villages.n_slots)
    assert set(owner[list(found.rows["needs"])]) == {owner[slot]}
    assert len(found.rows["needs"]) > 1, "the worker has time for others"


ALONE = {
    "strategy": "no_programme", "hold_population": True, "results_loop": False, "mandate_month": "never",
}  # fmt: skip


def test_a_child_matters_to_nobody_where_there_is_no_worker_and_no_queue():
    found, _, slot = differing(remove_child, **ALONE | SEPARATE_VILLAGES)
    for column, rows in found.rows.items():
        if column in CHILDREN:
            assert rows == {slot}, column
        elif column.split(".")[0] in ("households", "villages"):
            assert column in ("villages.n_eligible", "villages.n_unmet")


def test_a_child_who_leaves_the_queue_lets_others_be_served_sooner():
    """Without a worker the queue is the only way from child to child."""
    queue = {"desk_fte_factor": 0.5, "gathering_alone_per_month": 0.3, "drop_out_per_month": 0.04}
    left, right = (world_after(**ALONE, **queue) for _ in range(2))
    slot = remove_child(right)
    moment, parts = first_moment_of(left, right, spared=slot)
    assert moment.phase == "serve_desks"
    assert [part.column for part in parts] == ["needs"]


SEEN = {
    "results_loop": True, "mandate_month": "never", "adoption_p0_per_month": 0.02, "evidence_delay_months": 3,
    "visible_results_weight_per_month": 0.1, "seats_before_mandate_per_month": 1e6,
    "pilot_posts": 6, "pilot_posts_cap_share": 1,
}  # fmt: skip
"""Counties adopt by themselves and convince one another."""


def close_desks(model):
    """Every desk of the county closes, so that its results become visibly worse."""
    n_services = model.state.needs.shape[1]
    county = model.state.counties[HERE]
    model.state.desks.base_minutes[HERE * n_services : (HERE + 1) * n_services] = 0
    first = (N_COUNTIES + int(county.first_township)) * n_services
    model.state.desks.base_minutes[first : first + n_services] = 0


def test_spread_reaches_other_counties_and_only_through_the_first_barrier():
    found, _, _ = differing(close_desks, **SEEN)
    others = set(found.first) - {HERE, NATION}
    assert others, "peers must have seen it"
    for county in others:
        assert found.first[county].phase == "spread_approach"
        assert columns_at(found.first[county], county) == {"counties.evidence"}


def test_without_the_loop_of_results_the_same_reaches_nobody():
    found, _, _ = differing(close_desks, **SEEN | {"results_loop": False})
    assert set(found.first) == {HERE}


WITH_SEATS = 16
SCARCE = APART | {"seats_at_mandate_per_month": 3000, "county_rollout_months": 1}
"""A seat or two a month in the whole world, all counties in want of them."""


def withdraw_post(model):
    """The post that was opened last is closed again: its county asks for one seat more."""
    county = model.state.counties[HERE]
    assert county.n_opened
    v = int(model.rank[county.first_village + county.n_opened - 1])
    dismiss(model.state.villages, v, model.month)
    village = model.state.villages
    village.post[v], village.start_month[v] = POST_NONE, NO_MONTH
    model.state.counties.n_opened[HERE] -= 1


def test_scarce_seats_reach_other_counties_and_only_through_the_first_barrier():
    found, _, _ = differing(withdraw_post, months=WITH_SEATS, **SCARCE)
    others = set(found.first) - {HERE, NATION}
    assert others, "somebody else must have missed a seat"
    for county in others:
        assert found.first[county].phase == "spread_approach"
        assert columns_at(found.first[county], county) <= {"counties.seats", "counties.posts_allowed"}


SEAT_TOTALS = {"open_demand", "seats", "seats_allotted", "seats_used"}


def test_with_seats_for_all_the_same_reaches_nobody():
    found, _, _ = differing(withdraw_post, months=WITH_SEATS, **APART)
    assert set(found.first) - {NATION} == {HERE}
    assert {column.split(".")[-1] for column in found.columns.get(NATION, ())} <= SEAT_TOTALS
