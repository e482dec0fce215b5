"""People are copied only from a world that was filled from the same numbers, and then are the same."""

import numpy as np
import pytest

from columns.state_hash import hash_arrays
from model import ground, settling
from model.assembly import assemble
from model.declarations import declarations
from model.scenario import make_scenario

pytestmark = pytest.mark.determinism

STRATEGIES = ("history", "no_programme", "workers_without_desks", "with_cash")


@pytest.fixture(autouse=True)
def nothing_kept():
    settling._kept.clear()
    yield
    settling._kept.clear()


def people(strategy="history", seed=1, **parameters):
    scenario = make_scenario(world="teaching", strategy=strategy, seed=seed, parameters=parameters, until=0)
    state = assemble(scenario).state
    return hash_arrays(
        {name: np.asarray(array) for name, array in state._asdict().items() if name != "desks"}
    )


def test_strategies_of_a_seed_have_the_same_people_as_if_filled_anew():
    copied = [people(strategy) for strategy in STRATEGIES]
    assert len(settling._kept) == 1
    anew = []
    for strategy in STRATEGIES:
        settling._kept.clear()
        anew.append(people(strategy))
    assert copied == anew
    assert len(set(anew)) == 1


def test_another_seed_has_other_people_and_few_worlds_are_kept():
    assert len({people(seed=seed) for seed in range(5)}) == 5
    assert len(settling._kept) == settling.KEPT_WORLDS


@pytest.mark.parametrize("name", ground.READ)
def test_what_decides_who_lives_where_is_never_copied_over(name):
    base, each = people(), declarations()[name]
    assert people(**{name: each.high if each.default != each.high else each.low}) != base


def test_a_world_that_logs_events_is_filled_anew():
    assemble(make_scenario(world="teaching", until=0), log_events=True)
    assert not settling._kept
