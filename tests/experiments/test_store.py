"""The store: what is planned, recorded, folded, taken up again and refused."""

import json

import numpy as np
import pytest

from experiments.draws import DrawTable
from experiments.executors import open_pool
from experiments.identity import source_hashes
from experiments.running import Batch, grouped, run_batch, run_pending
from experiments.store import RunStore, failures, read_details, read_runs
from experiments.study import DONE, FAILED, PLANNED
from model.problems import InputError
from tests.experiments.stub import BAD_SEED, failing, stub

pytestmark = pytest.mark.unit
ABOUT = {"same": {"kind": "test"}}
NO_DRAWS = DrawTable(None)


def run(store, study, how=stub, **options):
    with open_pool(1) as pool:
        return run_pending(store, study, NO_DRAWS, pool, simulate=how, **options)


def plan(store, study, replications):
    return store.plan(study.jobs(iter(NO_DRAWS), range(1, replications + 1)))


def test_runs_are_written_down_before_any_is_made(tmp_path, study):
    with RunStore(tmp_path / "x", ABOUT) as store:
        assert plan(store, study, 3) == 6
        runs = read_runs(tmp_path / "x")
        assert runs["status"].tolist() == [PLANNED] * 6
        assert runs["number"].tolist() == list(range(6))
        assert runs["seed"].tolist() == [1, 1, 2, 2, 3, 3]


def test_finished_runs_are_not_repeated_and_more_can_be_asked_for(tmp_path, study):
    made = []

    def counting(scenario):
        made.append((scenario.strategy.name, scenario.seed))
        return stub(scenario)

    with RunStore(tmp_path / "x", ABOUT) as store:
        plan(store, study, 2)
        run(store, study, counting)
    before = read_runs(tmp_path / "x")
    with RunStore(tmp_path / "x", ABOUT) as store:
        assert plan(store, study, 3) == 2
        assert run(store, study, counting) == (2, 0)
    after = read_runs(tmp_path / "x")
    assert len(made) == len(set(made)) == 6
    assert after.head(4).equals(before)
    assert after["status"].eq(DONE).all()


def test_a_failed_run_stays_with_its_traceback_and_can_be_made_again(tmp_path, study):
    with RunStore(tmp_path / "x", ABOUT) as store:
        plan(store, study, 4)
        assert run(store, study, failing) == (8, 2)
        assert store.counts() == {DONE: 6, FAILED: 2}
    failed = failures(tmp_path / "x")
    assert set(failed["seed"]) == {BAD_SEED}
    assert failed["error"].str.contains("ArithmeticError: nothing works with seed 3").all()
    with RunStore(tmp_path / "x", ABOUT) as store:
        assert run(store, study, stub) == (0, 0)
        assert store.again([failed["id"][0]]) == 1
        assert store.again(["0" * 32]) == 0
        assert run(store, study, stub) == (1, 0)
        assert store.again() == 1
        assert run(store, study, stub) == (1, 0)
    assert read_runs(tmp_path / "x")["error"].isna().all()


def test_fail_fast_hands_out_nothing_more(tmp_path, study):
    with RunStore(tmp_path / "x", ABOUT) as store:
        plan(store, study, 40)
        made, failed = run(store, study, failing, fail_fast=True)
        assert failed >= 1
        assert made < 80
        assert store.counts()[PLANNED] == 80 - made


def test_what_was_recorded_survives_a_program_that_is_killed(tmp_path, study):
    """No one closes the store: segments lie about, one is half-written, the lock is gone with its process."""
    with RunStore(tmp_path / "x", ABOUT) as store:
        plan(store, study, 2)
        run(store, study)
    folder = tmp_path / "x"
    whole = read_runs(folder)
    segment = folder / "segments" / "00000099.parquet"
    with RunStore(folder, ABOUT) as store:
        store.again(whole["id"])
        groups = tuple(grouped(store.pending(), NO_DRAWS))
        store.record(run_batch(Batch(study, groups[:1], stub, source_hashes())))
        kept = {path: path.read_bytes() for path in (folder / "segments").glob("*.parquet")}
        as_killed = (folder / "runs.parquet").read_bytes()
    (folder / "runs.parquet").write_bytes(as_killed)
    for path, content in kept.items():
        path.write_bytes(content)
    (folder / f"segments/.{segment.name}.part").write_bytes(b"half")
    with RunStore(folder, ABOUT) as store:
        assert store.counts() == {DONE: 2, PLANNED: 2}
        assert not list(folder.rglob("*.part"))
        run(store, study)
    after = read_runs(folder)
    assert after.drop(columns="cpu_seconds").equals(whole.drop(columns="cpu_seconds"))


def test_many_segments_become_few_files_and_nothing_is_lost(tmp_path, study, monkeypatch):
    monkeypatch.setattr("experiments.store.MOST_SEGMENTS", 4)
    monkeypatch.setattr("experiments.store.ROWS_AT_ONCE", 8)
    monkeypatch.setattr("experiments.running.MOST_PER_BATCH", 2)
    detailed = study.__class__(study.world, study.until, study.candidates, details=True)
    with RunStore(tmp_path / "x", ABOUT) as store:
        plan(store, study, 15)
        run(store, detailed)
    runs = read_runs(tmp_path / "x")
    assert runs["number"].tolist() == list(range(30))
    assert runs["status"].eq(DONE).all()
    assert runs["cost_yuan"].notna().all()
    assert runs["wait_helped_months"].isna().all()
    assert len(list((tmp_path / "x").rglob("*.parquet"))) <= 6
    details = read_details(tmp_path / "x")
    assert sorted(details) == list(range(30))
    assert np.array_equal(details[3]["fifths"], np.zeros(5))


@pytest.mark.parametrize(
    ("about", "code"),
    [({"same": {"kind": "other"}}, "experiment.folder_differs"), (ABOUT, "experiment.folder_busy")],
)
def test_a_folder_of_others_is_refused(tmp_path, study, about, code):
    with RunStore(tmp_path / "x", ABOUT), pytest.raises(InputError) as refused:
        RunStore(tmp_path / "x", about)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("letter.txt", "Dear Sir", "cli.folder_taken"),
        ("experiment.json", "[1]", "experiment.folder_unreadable"),
        ("experiment.json", "{", "experiment.folder_unreadable"),
    ],
)
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, name, content, code):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError) as refused:
        RunStore(tmp_path, ABOUT)
    assert refused.value.problems[0].code == code
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_folder_says_what_it_is(tmp_path):
    RunStore(tmp_path / "x", ABOUT).close()
    assert json.loads((tmp_path / "x" / "experiment.json").read_text()) == ABOUT
