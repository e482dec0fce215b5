"""What no seed decides is made once, left as it is by every run, and given up where it would be large."""

import numpy as np
import pytest

from columns.state_hash import hash_arrays
from model import ground
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.worlds import uniform_world

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def nothing_kept():
    ground._kept.clear()
    yield
    ground._kept.clear()


def start(**options):
    return ScaleUpModel(make_scenario(**{"world": "four_villages", "until": 80, **options}))


def contents(made):
    places = made.world
    arrays = {name: np.asarray(array) for name, array in made.tables._asdict().items()}
    arrays |= {name: getattr(places, name) for name in ("counties", "townships", "villages", "sectors")}
    arrays |= {name: getattr(made, name) for name in ("rules", "services", "desks", "background")}
    return hash_arrays(arrays | vars(made.plan))


def test_runs_share_their_ground_and_leave_it_as_it_is():
    first = start(seed=1)
    (made,) = ground._kept.values()
    before = contents(made)
    assert first.run().tables.rules[0] != made.rules[0], "dated events change the rules of a run"
    second = start(seed=2)
    assert second.world is first.world
    assert len(ground._kept) == 1
    second.run()
    assert contents(made) == before
    ground._kept.clear()
    assert start(seed=2).run().state_hash() == second.state_hash()


def test_other_numbers_places_or_children_stand_on_another_ground():
    start()
    start(parameters={"pilot_posts": 12})
    start(children="none")
    start(world=uniform_world(4, 20))
    assert len(ground._kept) == ground.KEPT_GROUNDS == 4
    start(world=uniform_world(4, 20))
    assert len(ground._kept) == 4


def test_nothing_is_kept_of_large_worlds(monkeypatch):
    monkeypatch.setattr(ground, "MOST_VILLAGES", 3)
    start()
    assert not ground._kept
