"""A run that leaves another one half-way cannot be told from one that was simulated from the beginning."""

import numpy as np
import pytest

from model.branching import branch
from model.declarations import Bilingual
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.strategy import Event, Strategy
from model.strategy_file import load_strategy
from results.series import series
from results.write import hash_of

pytestmark = pytest.mark.checkpoint

WORLD, SEED, UNTIL, PARTING = "four_villages", 3, 40, 22


def later(month=PARTING, until=UNTIL, **settings):
    """A scenario in which some numbers change in a month."""
    base = load_strategy("history")
    event = Event(id="later", month=month, name=Bilingual(en="later", zh="后来"), set=settings)
    strategy = Strategy(**{**dict(base), "events": (*base.events, event)})
    return make_scenario(WORLD, strategy, {}, SEED, until)


PLAIN = make_scenario(WORLD, "history", {}, SEED, UNTIL)
CHANGES = [
    {"desk_fte_factor": 2.0},
    {"cash_multiplier": 1.5, "supervision": 0.2},
    {"space_opening_per_year": 1.0, "patience_multiplier": 0.5},
]


@pytest.mark.parametrize("settings", CHANGES)
def test_a_branch_is_the_run_with_the_change_from_the_beginning(settings):
    stem = ScaleUpModel(PLAIN).run(PARTING - 1)
    left = stem.state_hash()
    whole = ScaleUpModel(later(**settings)).run()
    part = branch(stem, later(**settings)).run()
    assert part.state_hash() == whole.state_hash()
    assert hash_of(series(part)) == hash_of(series(whole))
    assert np.array_equal(part.observed.money, whole.observed.money)
    assert np.array_equal(part.observed.waits, whole.observed.waits)
    assert part.state_hash() != ScaleUpModel(PLAIN).run().state_hash(), "the change must do something"
    assert stem.state_hash() == left, "the stem must be left as it is"


def test_the_stem_goes_on_as_if_nothing_had_left_it():
    stem = ScaleUpModel(PLAIN).run(PARTING - 1)
    branch(stem, later(desk_fte_factor=2.0)).run()
    assert stem.run().state_hash() == ScaleUpModel(PLAIN).run().state_hash()


def test_a_branch_may_leave_a_branch_and_end_later():
    stem = ScaleUpModel(PLAIN).run(PARTING - 1)
    further = branch(stem, PLAIN).run(PARTING + 5)
    assert branch(further, PLAIN).run().state_hash() == ScaleUpModel(PLAIN).run().state_hash()
    longer = make_scenario(WORLD, "history", {}, SEED, UNTIL + 6)
    assert branch(stem, longer).run().state_hash() == ScaleUpModel(longer).run().state_hash()


@pytest.mark.parametrize(
    "other",
    [
        make_scenario(WORLD, "history", {}, SEED + 1, UNTIL),
        make_scenario("teaching", "history", {}, SEED, UNTIL),
        make_scenario(WORLD, "history", {"desk_fte_factor": 2.0}, SEED, UNTIL),
        make_scenario(WORLD, "poorest_first", {}, SEED, UNTIL),
        later(month=PARTING - 1, desk_fte_factor=2.0),
    ],
)
def test_another_past_is_refused(other):
    with pytest.raises(ValueError, match="same past"):
        branch(ScaleUpModel(PLAIN).run(PARTING - 1), other)
