"""People are copied only from a world that was filled from the same numbers, and then are the same."""

import numpy as np
import pytest

from columns.state_hash import hash_arrays
from model import ground, settling, tables
from model.assembly import CACHE_LINE, assemble
from model.declarations import declarations
from model.possible_needs import bounds_of_needs
from model.scenario import make_scenario

pytestmark = pytest.mark.determinism

STRATEGIES = ("history", "no_programme", "workers_without_desks", "with_cash")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(settling, "LEAST_KEPT_BYTES", 0)
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


@pytest.mark.parametrize("why", ["it logs events", "it is small", "it is large"])
def test_some_worlds_are_filled_anew(why, monkeypatch):
    if why == "it is small":
        monkeypatch.setattr(settling, "LEAST_KEPT_BYTES", 10**9)
    elif why == "it is large":
        monkeypatch.setattr(settling, "MOST_KEPT_BYTES", 1000)
    assemble(make_scenario(world="teaching", until=0), log_events=why == "it logs events")
    assert not settling._kept


@pytest.mark.parametrize("seed", [1, 2])
def test_needs_that_are_not_worked_out_are_none(seed, monkeypatch):
    """Bounds on the odds of a need decide what is worked out, never what comes of it."""
    parameters = {"births_without_hukou_share": 0.25, "caregiver_strained_share": 0.25, "disabled_share": 0.1}
    quickly = people(seed=seed, **parameters)

    def all_of_them(services, clear):
        every = (1 << len(services)) - 1
        found = bounds_of_needs(services, clear)
        return found._replace(
            worked_out=np.array([every]), multiplier_at_most=np.full_like(found.multiplier_at_most, np.inf)
        )

    settling._kept.clear()
    monkeypatch.setattr(tables, "bounds_of_needs", all_of_them)
    assert people(seed=seed, **parameters) == quickly


def test_tallies_begin_where_a_line_of_the_cache_does():
    worlds = [assemble(make_scenario(world="teaching", seed=seed, until=0)) for seed in (1, 1, 2, 3, 4)]
    assert [world.state.tally.ctypes.data % CACHE_LINE for world in worlds] == [0] * len(worlds)
