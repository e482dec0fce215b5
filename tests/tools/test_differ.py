"""The lockstep differ finds what was planted, where it was planted, and says it in words."""

import re

import numpy as np
import pytest

from agents.child import Child
from columns.layout import CHILD_PRESENT, NEED_STATES
from columns.words import STATE_MASK
from model.calendar import month_text
from model.declarations import declarations
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.schedule import PHASES
from tools.differ.__main__ import first_difference, main, report
from tools.differ.lockstep import (
    LISTS,
    NATION,
    START,
    Moment,
    SizesDifferError,
    Watched,
    column_of,
    differences,
    lockstep,
    owners,
    table_of,
    tables_of,
)
from tools.differ.wording import Wording
from verification.ledger import Entries

pytestmark = pytest.mark.unit

UNTIL = 30


def watched(**options):
    return Watched(make_scenario("four_villages", until=UNTIL, seed=3, **options))


@pytest.fixture(scope="module")
def model():
    """A world with lists of all kinds in use."""
    return watched().run(20)


def test_watching_changes_nothing(model):
    plain = ScaleUpModel(make_scenario("four_villages", until=UNTIL, seed=3)).run(20)
    assert plain.state_hash() == model.state_hash()


def test_equal_runs_never_differ_and_every_phase_is_compared():
    left, right = watched(), Watched(make_scenario("four_villages", until=UNTIL, seed=3), n_threads=2)
    moments = [(m.month, m.phase, len(m.differences)) for m in lockstep(left, right, UNTIL)]
    phases = [(month, phase.name, 0) for month in range(UNTIL + 1) for phase in PHASES]
    assert moments == [(0, START, 0), *phases]


def plant_need(state):
    slot = int(np.flatnonzero(state.traits & CHILD_PRESENT)[5])
    state.needs[slot, 2] ^= 1
    return "needs", slot


def plant_post(state):
    state.villages.post[3] = 4
    return "villages.post", 3


def plant_desk(state):
    n_services = state.needs.shape[1]
    row = (len(state.counties) + 1) * n_services + 1  # the second township, which lies in the second county
    state.desks.base_minutes[row] -= 60
    return "desks.base_minutes", row


def plant_county(state):
    state.counties.evidence[1] = 0.5
    return "counties.evidence", 1


def plant_household(state):
    state.households.trust[-1] += 9
    return "households.trust", len(state.households) - 1


@pytest.mark.parametrize(
    ("plant", "county", "words"),
    [
        (plant_need, 0, "in slot|child [0-9a-f]{16} born"),
        (plant_post, 1, "villages.post: none | training"),
        (plant_desk, 1, "desk for hukou of township 0"),
        (plant_county, 1, "counties.evidence: 0.0 | 0.5"),
        (plant_household, 1, "household .* of village 0"),
    ],
)
def test_what_is_planted_is_found_where_it_is(plant, county, words):
    left, right = watched(), watched()
    column, row = plant(right.state)
    moment = first_difference(left, right, UNTIL)
    assert moment
    assert (moment.month, moment.phase) == (0, START)
    (found,) = moment.differences
    assert (found.column, found.county, found.rows.tolist()) == (column, county, [row])
    lines = "\n".join(report(moment, left))
    assert re.search(words.replace(" | ", r" \| "), lines), lines
    assert right.world.table.county[county] in lines


def test_a_child_is_named_by_its_key():
    left, right = watched(), watched()
    _, slot = plant_need(right.state)
    child = Child(left, slot)
    moment = first_difference(left, right, UNTIL)
    assert moment
    lines = "\n".join(report(moment, left))
    assert f"child {child.id} born {month_text(child.birth_month)} (slot {slot}," in lines


@pytest.mark.parametrize(
    ("settings", "phase", "rule"),
    [
        (
            {"find_multiplier": 0.3},
            "visit_households",
            f"rule find_multiplier: {declarations()['find_multiplier'].default:g} | 0.3",
        ),
        ({"desk_fte_factor": 0.4}, "serve_desks", "rule desk_fte_factor: 1 | 0.4"),
        ({"turnover_per_year": 0.9}, "staff_posts", "rule turnover_per_year: 0.08 | 0.9"),
        ({"trip_yuan": 99}, None, ""),
    ],
)
def test_a_changed_rule_shows_first_in_the_phase_that_obeys_it(settings, phase, rule):
    left, right = watched(), watched(parameters=settings)
    moment = first_difference(left, right, UNTIL)
    if phase is None:  # money that binds nobody is counted, and changes no state but what was paid
        assert moment is None
    else:
        assert moment
        assert moment.phase == phase
        assert rule in "\n".join(report(moment, left))


def test_the_difference_is_the_first_one():
    """Stopping one phase earlier, the two are still equal to the last bit."""
    left, right = watched(), watched(parameters={"desk_fte_factor": 0.4})
    seen = []
    for moment in lockstep(left, right, UNTIL):
        seen.append(moment)
        if moment.differences:
            break
    before, at = seen[-2], seen[-1]
    for name in before.left:
        same = before.left[name].tobytes() == before.right[name].tobytes()
        assert same or name.startswith("rules")
    for difference in at.differences:
        if difference.column not in LISTS:
            ours, theirs = (
                column_of(side, difference.column)[difference.rows] for side in (at.left, at.right)
            )
            assert (ours != theirs).reshape(len(ours), -1).any(axis=1).all()


def test_words_of_children_agree_with_their_windows(model):
    wording, state = Wording(model, model.month), tables_of(model)
    for slot in map(int, np.flatnonzero(model.state.traits & CHILD_PRESENT)):
        child = Child(model, slot)
        assert child.id in wording.row("needs", slot, state)
        for service, need in child.needs.items():
            word = model.state.needs[slot, wording.services.index(service)]
            said = wording.need(word)
            assert said.startswith(NEED_STATES[word & STATE_MASK])
            for mark, holds in {"helped": need.helped, "filed": need.filed, "found": need.found}.items():
                assert (f", {mark}" in said) == holds
            if need.months is not None:
                assert month_text(model.month - need.months) in said


def test_words_of_entries_agree_with_the_columns(model):
    wording, state = Wording(model, model.month), tables_of(model)
    for name in LISTS:
        assert len(state[name])
        for entry, c in zip(state[name], state[f"{name}_county"], strict=True):
            county = model.state.counties[c]
            unpacked = Entries(np.array([entry]), county)
            said = wording.entry(entry)
            assert said.startswith(f"{wording.services[unpacked.service[0]]} of slot ")
            assert f"slot {unpacked.slot[0] - county.first_slot} of the county" in said
            assert f"village {unpacked.village[0] - county.first_village}," in said
            assert f"born {month_text(wording.past(unpacked.birth[0]))}" in said
            assert ("a review" in said) == bool(unpacked.review[0])
            assert (f"filed {month_text(wording.past(unpacked.filed[0]))}" in said) == (name == "filed")


def test_every_column_has_words(model):
    """Everything is set to something else, and everything can be said."""
    state = tables_of(model)
    changed = {name: array.copy() for name, array in state.items()}
    helpers = {f"{name}_county" for name in LISTS}
    for name, array in changed.items():
        if array.size and name not in helpers:
            for field in array.dtype.names or [...]:
                array.reshape(-1)[field].reshape(-1)[:1].view(np.uint8)[0] ^= 1
    found = differences(state, changed, owners(model))
    named = {part.column for part in found}
    tables = {name for name, array in state.items() if array.size and name not in helpers}
    assert {table_of(column) for column in named} == tables - {"rules"}
    lines = list(report(Moment(20, "observe", state, changed, found), model))
    assert len(lines) > 2 * len(named)
    assert "  the country" in lines
    assert {part.county for part in found} >= {NATION, 0}


def test_worlds_of_different_size_are_refused():
    right = Watched(make_scenario("teaching", until=UNTIL))
    with pytest.raises(SizesDifferError, match="not of one size"):
        first_difference(watched(), right, UNTIL)


def test_command_says_and_returns_what_it_found(capsys):
    until = ["--until", "2012-01"]
    assert main(["history", "--right-threads", "2", *until]) == 0
    assert "no difference in any phase up to 2012-01" in capsys.readouterr().out
    assert main(["history", *until, "--right-set", "find_multiplier=0.5", "--rows", "1"]) == 1
    assert "visit_households: find, register, support" in capsys.readouterr().out
    assert main(["histery"]) == 2
    assert "histery" in capsys.readouterr().err
