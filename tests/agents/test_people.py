"""Households and children: opened from a village, read, and gone when their time is over."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import agents.child
import model.learning
from agents import Child, GoneError, Household, Village
from columns.layout import NEED_STATES, SERVED
from columns.tallies import LOG_BIRTH, LOG_SERVICE
from model.codes import CHILDHOOD_MONTHS
from model.needs import key_of_child
from model.visits import NEVER

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("error")]


def children_of(world):
    """All children of a world."""
    return [child for village in world.agents_by_type[Village] for child in village.children]


def test_constants_agree_with_the_kernels():
    assert agents.child.CHILDHOOD_MONTHS == CHILDHOOD_MONTHS
    assert agents.household.FULL_TRUST == model.learning.TRUST_UNIT
    assert agents.household.NEVER_VISITED == NEVER


@pytest.mark.parametrize("months", [0, 1, 60])
def test_every_child_is_found_once_both_ways(start, months):
    world = start("teaching", months)
    by_village = children_of(world)
    by_household = [
        child
        for village in world.agents_by_type[Village]
        for household in village.households
        for child in household.children
    ]
    assert len(by_village) == len(set(by_village)) == world.state.sectors["n_children"].sum()
    assert set(by_household) == set(by_village)
    assert len(by_household) == len(by_village)
    for child in by_village[::7]:
        assert child in child.household.children
        assert child.household in child.village.households
        assert child.household.village is child.village


@pytest.mark.parametrize("months", [0, 1, 60])
def test_needs_add_up_to_what_the_kernels_counted(start, months):
    world = start("teaching", months)
    counted = np.zeros((len(world.scenario.services), len(NEED_STATES)), dtype=int)
    for child in children_of(world):
        for column, (name, need) in enumerate(child.needs.items()):
            assert name == world.scenario.services.names[column]
            counted[column, NEED_STATES.index(need.state)] += 1
    assert (counted == world.state.county_tally[0, :, : len(NEED_STATES)]).all()


def test_months_since_are_those_of_the_last_change(start):
    world = start("four_villages", 40, log_events=True)
    changed = {}
    for month, events in world.events:
        for event in events.tolist():
            slot, service = event & 0xFFFFFFFF, event >> int(LOG_SERVICE) & 31
            changed[slot, service, event >> int(LOG_BIRTH) & 0xFF] = month
    seen = 0
    for child in children_of(world):
        for service, need in enumerate(child.needs.values()):
            if need.months is not None:
                seen += 1
                last = changed[child.row, service, child.birth_month % 256]
                assert need.months == world.month - last, (child, service)
    assert seen > 500


def test_refusals_and_reviews_are_told_apart(start):
    world = start("teaching", 30)
    child = children_of(world)[0]
    world.state.needs[child.row, 1] = SERVED | 30 << 4 | 1 << 12 | 1 << 14
    assert child.needs["hukou"] == ("served", (29 - 30) % 256, False, False, True, True)
    world.state.needs[child.row, 1] = NEED_STATES.index("gathering_alone") | 20 << 4 | 1 << 13
    assert child.needs["hukou"] == ("gathering_alone", 9, False, True, False, False)


def test_age_and_traits(start):
    world = start("teaching", 30)
    found = children_of(world)
    for child in found:
        assert 0 <= child.age_months < CHILDHOOD_MONTHS
        assert child.age_months % 256 == (29 - int(world.state.birth[child.row])) % 256
        assert child.age_years == child.age_months // 12
        assert child.traits == {name for name, shown in child.as_dict().items() if shown}
    bits = np.array([world.state.traits[child.row] for child in found])
    assert [child.female for child in found] == list(bits & 1 == 1)
    assert [child.disabled for child in found] == list(bits & 2 == 2)
    assert 0.4 < np.mean([child.female for child in found]) < 0.6


def test_children_age_out_and_their_place_gets_another(start):
    world = start("teaching", 1)
    limit = CHILDHOOD_MONTHS - 12
    oldest = max((c for c in children_of(world) if c.age_months < limit), key=lambda child: child.age_months)
    last = oldest.birth_month + CHILDHOOD_MONTHS
    world.run_until(last)
    assert world.month == last - 1
    assert oldest.age_months == CHILDHOOD_MONTHS - 1
    needs, name = oldest.needs, oldest.id
    world.step()
    for attribute in ("needs", "traits", "female", "age_months", "age_years", "household"):
        with pytest.raises(GoneError, match=f"child {name} aged out in month {last}"):
            getattr(oldest, attribute)
    with pytest.raises(LookupError, match=f"no child {name} lives here in month {last}"):
        world.child(name)
    assert name in repr(oldest)
    assert needs
    while not world.state.traits[oldest.row]:
        world.step()
    newborn = Child(world, oldest.row)
    assert newborn != oldest
    assert newborn.id != name
    assert newborn.age_months == 0
    with pytest.raises(GoneError):
        oldest.needs  # noqa: B018 - reading is what is tested


def test_children_who_move_away_have_left(start):
    world = start("teaching", 1)
    young = [child for child in children_of(world) if child.age_months < 60]
    vacant = 0
    for _ in range(40):
        world.step()
        here = set(children_of(world))
        for child in young:
            if child in here:
                assert child.age_months >= 0
            else:
                vacant += not world.state.traits[child.row]
                with pytest.raises(GoneError, match=f"child {child.id} has left the village"):
                    child.needs  # noqa: B018 - reading is what is tested
    assert vacant, "the test needs a place that nobody else has taken yet"


def test_ids_are_unique_and_the_same_in_every_strategy(start):
    ids = {child.id for child in children_of(start("teaching", 60))}
    without = children_of(start("teaching", 60, strategy="no_programme"))
    assert len(ids) == len(without)
    assert {child.id for child in without} == ids
    other = children_of(start("teaching", 60, seed=4))
    assert not ids & {child.id for child in other}


@pytest.fixture(scope="module")
def teaching():
    from model.scale_up import ScaleUpModel
    from model.scenario import make_scenario

    world = ScaleUpModel(make_scenario(world="teaching", until=60, seed=9))
    world.run_until(50)
    return world


@pytest.mark.property
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_child_is_found_by_its_id(teaching, data):
    village = data.draw(st.sampled_from(teaching.agents_by_type[Village].to_list()))
    child = data.draw(st.sampled_from(village.children))
    found = teaching.child(child.id)
    assert found == child
    assert found is not child
    assert (found.row, found.birth_month, hash(found)) == (child.row, child.birth_month, hash(child))
    slot = child.row - int(teaching.state.villages["first_slot"][village.row])
    key = getattr(key_of_child, "py_func", key_of_child)
    with np.errstate(over="ignore"):
        assert int(child.id, 16) == int(
            key(teaching.state.villages["key"][village.row], slot, child.birth_month)
        )


@pytest.mark.parametrize("wrong", ["", "12", "no child", "0" * 17, "FFFFFFFFFFFFFFFF"])
def test_what_is_no_id_is_said_to_be_none(teaching, wrong):
    with pytest.raises(LookupError, match="is no id of a child"):
        teaching.child(wrong)


def test_large_worlds_are_searched_part_by_part(teaching, monkeypatch):
    monkeypatch.setattr("model.windows.SLOTS_AT_ONCE", 100)
    child = children_of(teaching)[-1]
    assert teaching.child(child.id) == child


def test_trust_drifts_as_in_the_kernels(teaching, monkeypatch):
    for name in ("mean_trust", "trust_of"):
        function = getattr(model.learning, name)
        monkeypatch.setattr(model.learning, name, getattr(function, "py_func", function))
    state, tables = teaching.state, teaching.tables
    households = [home for village in teaching.agents_by_type[Village] for home in village.households]
    expected = [
        model.learning.trust_of(
            state.villages[home.village.row], state.households[home.row], tables, teaching.month
        )
        for home in households
    ]
    shown = [home.trust for home in households]
    assert shown == pytest.approx(expected, abs=1e-12)
    assert len(set(shown)) > 10


def test_wealth_and_visits_of_households(teaching):
    (line,) = teaching.state.counties["poor_percentiles"]
    for village in teaching.agents_by_type[Village]:
        for home in village.households:
            assert home.wealth_quintile == home.wealth // 20 + 1
            assert home.poor == (home.wealth < line)
            record = teaching.state.households[home.row]
            never = record.visit_month == NEVER
            assert home.months_since_visit == (None if never else teaching.month - record.visit_month)
            assert home.caregiver == ("parents", "one_parent", "grandparents", "none")[record.family & 3]
            assert home.strained == bool(record.family & 4)
    worked = [village for village in teaching.agents_by_type[Village] if village.worker]
    assert any(home.months_since_visit is not None for village in worked for home in village.households)


def test_visits_before_the_turn_of_the_byte_are_so_long_ago(start):
    world = start(months=5)
    home = world.agents_by_type[Village].to_list()[0].households[0]
    world.state.households[home.row].visit_month = 250
    assert home.months_since_visit == (4 + 255) - 250


def test_windows_are_no_registered_agents(teaching):
    before = list(teaching.agents)
    village = teaching.agents_by_type[Village].to_list()[0]
    home, child, desk = village.households[0], village.children[0], village.desks["hukou"]
    assert list(teaching.agents) == before
    assert home == Household(teaching, home.row)
    assert len({home, Household(teaching, home.row), child, child, desk}) == 3
    for window in (home, child, desk):
        assert isinstance(window.unique_id, str)
        assert window.scenario is teaching.scenario
        window.remove()  # as on any agent of Mesa; there is nothing to take off a list
    assert home != Household(teaching, home.row + 1)
