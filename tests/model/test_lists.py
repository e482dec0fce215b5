"""Lists of spells and cases have room for every month; what stands in them is not lost when it is moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import lists, scale_up
from model.assembly import assemble
from model.lists import Ahead, least_lengths, make_room
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.worlds import uniform_world

COUNTIES = 6
SHOCK = {"shock_county_share": 1.0, "shock_psychosocial_share": 0.6, "shock_protection_share": 0.2}


@pytest.fixture(autouse=True, params=["large", "medium"])
def size(monkeypatch, request):
    """Lists are divided as in large worlds, or as in those that are neither large nor small."""
    monkeypatch.setattr(lists, "SMALL_WORLD_SLOTS", 0)
    if request.param == "large":
        monkeypatch.setattr(lists, "LARGE_WORLD_SLOTS", 0)
        monkeypatch.setattr(scale_up, "SLOT_MONTHS_AT_ONCE", 1)


def scenario(**parameters):
    return make_scenario(uniform_world(60, 200, COUNTIES), seed=3, until=12, parameters=parameters)


def contents(state):
    """What stands in the lists, county by county."""
    found = []
    for arena in state.arenas:
        start, end = int(arena.start), int(arena.start + arena.capacity)
        filed = int(arena.filed_start)
        found.append((
            state.open_entries[start : start + arena.n_open].tolist(),
            state.open_entries[end - arena.n_gathering : end].tolist(),
            state.filed_entries[filed : filed + arena.n_filed].tolist(),
        ))  # fmt: skip
    return found


@pytest.fixture(scope="module")
def assembled():
    return assemble(scenario())


counts = st.lists(st.integers(0, 3000), min_size=COUNTIES, max_size=COUNTIES)


@pytest.mark.unit
@settings(deadline=None, max_examples=100)
@given(now=st.tuples(counts, counts, counts), later=st.tuples(counts, counts, counts))
def test_what_stands_in_lists_is_moved_and_kept(assembled, now, later):
    arenas = assembled.state.arenas.copy()
    n_open, gathering, filed = (np.array(each) for each in now)
    added = [np.minimum(each, 200) for each in map(np.array, later)]
    for name, length in (("", n_open + gathering + added[0]), ("filed_", filed + added[1])):
        arenas[f"{name}capacity"], arenas[f"{name}start"] = length, np.cumsum(length) - length
    arenas["n_open"], arenas["n_gathering"], arenas["n_filed"] = n_open, gathering, filed
    arenas["reviews"] = 0
    state = assembled.state._replace(
        arenas=arenas,
        open_entries=np.arange(arenas["capacity"].sum(), dtype=np.uint64),
        filed_entries=np.arange(arenas["filed_capacity"].sum(), dtype=np.uint64),
    )
    before = contents(state)
    state = make_room(state, assembled.tables.services, Ahead())
    assert contents(state) == before
    for name, entries, least in zip(
        ("", "filed_"), (state.open_entries, state.filed_entries), least_lengths(state, Ahead()), strict=True
    ):
        length = state.arenas[f"{name}capacity"]
        assert (length >= least).all()
        assert (state.arenas[f"{name}start"] == np.cumsum(length) - length).all()
        assert length.sum() == len(entries) <= lists.SURPLUS * least.sum()
    assert make_room(state, assembled.tables.services, Ahead()) is state


@pytest.mark.determinism
def test_a_shock_of_any_size_has_room(monkeypatch):
    tight = ScaleUpModel(scenario(**SHOCK)).run().state_hash()
    monkeypatch.setattr(lists, "SMALL_WORLD_SLOTS", 1_000_000)
    assert ScaleUpModel(scenario(**SHOCK)).run().state_hash() == tight


@pytest.mark.determinism
def test_more_needs_than_expected_at_the_start_are_the_same_people(monkeypatch):
    expected = ScaleUpModel(scenario()).state_hash()
    monkeypatch.setattr(lists, "OPEN_AT_START", 0.05)
    monkeypatch.setattr(lists, "FILED_AT_START", 0.0)
    assert ScaleUpModel(scenario()).state_hash() == expected
