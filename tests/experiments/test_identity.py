"""The id of a run follows all that decides it, and nothing else."""

import dataclasses

import pytest

from experiments import identity
from experiments.identity import seed_of, source_hashes, study_hash
from experiments.study import Candidate
from model.source_hash import modules_behind
from model.strategy_file import load_strategy
from model.worlds import uniform_world

pytestmark = pytest.mark.unit
DRAWN = {"find_multiplier": 0.9}


def test_equal_inputs_have_equal_ids_and_names_do_not_count(study):
    renamed = dataclasses.replace(
        study,
        candidates={"other": Candidate("other", load_strategy("history").model_copy(update={"name": "x"}))},
    )
    assert study.id_of("history", DRAWN, 1) == renamed.id_of("other", dict(DRAWN), 1)
    assert len(study.id_of("history", DRAWN, 1)) == 32
    assert study.id_of("history", {}, 1) == dataclasses.replace(study).id_of("history", {}, 1)


def test_a_lever_and_a_draw_of_the_same_value_are_the_same_run(study):
    candidate = Candidate("set", load_strategy("history"), DRAWN)
    other = dataclasses.replace(study, candidates={"set": candidate})
    assert other.id_of("set", {}, 1) == study.id_of("history", DRAWN, 1)


@pytest.mark.parametrize(
    "change",
    [{"world": "teaching"}, {"until": 21}, {"parameters": {"visit_hours": 1.5}}],
    ids=lambda c: next(iter(c)),
)
def test_what_all_runs_share_changes_every_id(study, change):
    assert dataclasses.replace(study, **change).id_of("history", {}, 1) != study.id_of("history", {}, 1)


def test_strategy_draw_and_seed_change_the_id(study):
    ids = {
        study.id_of("history", {}, 1),
        study.id_of("history", {}, 2),
        study.id_of("history", DRAWN, 1),
        study.id_of("workers_without_desks", {}, 1),
    }
    assert len(ids) == 4


@pytest.mark.parametrize("position", range(3), ids=["engine", "outcomes", "data"])
def test_source_and_data_change_the_id(study, monkeypatch, position):
    before = study_hash(study.world, study.until, {})
    changed = list(source_hashes())
    changed[position] = "edited"
    monkeypatch.setattr(identity, "source_hashes", lambda: tuple(changed))
    assert study_hash(study.world, study.until, {}) != before


def test_code_that_keeps_outcomes_counts_and_pages_do_not():
    modules = modules_behind(identity.KEEPER, identity.KEEPER_PACKAGES)
    assert {"results.kept", "results.digest", "results.series", "results.measures.waiting"} <= set(modules)
    assert not {"results.style", "results.page", "results.write", "results.report"} & set(modules)


def test_a_world_of_other_places_counts_with_its_places():
    few, more = uniform_world(4, 50, 2), uniform_world(4, 60, 2)
    assert study_hash(few, 20, {}) == study_hash(uniform_world(4, 50, 2), 20, {})
    assert study_hash(few, 20, {}) != study_hash(more, 20, {})


def test_seeds_of_draws_do_not_meet_and_fit_a_table():
    seeds = {seed_of(draw, replication) for draw in range(200) for replication in range(10)}
    assert len(seeds) == 2_000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_common_seeds_are_numbers_that_a_user_can_type(study):
    assert study.seed(7, 2) == 2
    separate = dataclasses.replace(study, seeds="separate")
    assert separate.seed(0, 2) == 2
    assert separate.seed(7, 2) == seed_of(7, 2)
