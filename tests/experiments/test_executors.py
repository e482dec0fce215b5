"""Serial, pool and cluster give the same runs; a process that dies takes nobody else with it."""

import dataclasses

import pandas as pd
import pytest

from experiments import executors
from experiments.draws import DrawTable
from experiments.executors import open_pool, unordered, workers_for
from experiments.identity import source_hashes
from experiments.running import Batch, OtherSourceError, run_batch, run_pending, simulate
from experiments.store import RunStore, read_runs
from experiments.study import FAILED
from model.problems import InputError
from tests.experiments.stub import BAD_SEED, killed, stub

ABOUT: dict[str, dict[str, str]] = {"same": {}}
NO_DRAWS = DrawTable(None)


def runs_of(folder, study, how=simulate, replications=2, **pool):
    with open_pool(**pool) as place, RunStore(folder, ABOUT) as store:
        store.plan(study.jobs(iter(NO_DRAWS), range(1, replications + 1)))
        run_pending(store, study, NO_DRAWS, place, simulate=how)
    return read_runs(folder)


@pytest.fixture(scope="module")
def real():
    from experiments.study import Candidate, Study
    from model.strategy_file import load_strategy

    names = ("no_programme", "history")
    candidates = {name: Candidate(name, load_strategy(name)) for name in names}
    return Study("four_villages", 20, candidates, reference="no_programme")


@pytest.fixture(scope="module")
def serial(real, tmp_path_factory):
    return runs_of(tmp_path_factory.mktemp("serial") / "x", real, workers=1).drop(columns="cpu_seconds")


@pytest.mark.determinism
def test_a_pool_of_processes_gives_the_same_runs(real, serial, tmp_path):
    pooled = runs_of(tmp_path / "x", real, workers=2)
    pd.testing.assert_frame_equal(pooled.drop(columns="cpu_seconds"), serial)
    assert serial["needs_gained"].notna().sum() == 2  # of history, against no programme


@pytest.mark.determinism
def test_a_cluster_gives_the_same_runs(real, serial, tmp_path):
    """Only where Dask is installed: it is an extra, and continuous integration does without it."""
    pytest.importorskip("distributed", reason="dask comes with `make extras`")
    clustered = runs_of(tmp_path / "x", real, workers=2, dask="local")
    pd.testing.assert_frame_equal(clustered.drop(columns="cpu_seconds"), serial)


@pytest.mark.unit
def test_a_run_that_ends_its_process_fails_and_the_others_are_made(study, tmp_path):
    one = dataclasses.replace(study, candidates={"history": study.candidates["history"]})
    runs = runs_of(tmp_path / "x", one, killed, replications=8, workers=2)
    failed = runs[runs["status"] == FAILED]
    assert failed["seed"].tolist() == [BAD_SEED]
    assert "out of memory" in failed["error"].iloc[0]
    assert len(runs) == 8


@pytest.mark.unit
def test_a_worker_with_another_model_is_not_believed(study):
    with pytest.raises(OtherSourceError):
        run_batch(Batch(study, (), stub, ("other", *source_hashes()[1:])))


@pytest.mark.unit
def test_memory_decides_how_many_processes_there_are(monkeypatch):
    monkeypatch.setattr(executors, "free_megabytes", lambda: 3_600.0)
    monkeypatch.setattr(executors, "processors", lambda: 16)
    assert workers_for(None, 650.0) == 3
    assert workers_for(2, 650.0) == 2
    with pytest.raises(InputError, match="3 would fit"):
        workers_for(4, 650.0)
    with pytest.raises(InputError, match="0 would fit"):
        workers_for(None, 14_000.0)


@pytest.mark.unit
def test_tasks_are_drawn_only_as_they_are_needed():
    drawn: list[int] = []

    def endless():
        while True:
            drawn.append(len(drawn))
            yield len(drawn)

    with open_pool(1) as pool:
        results = unordered(pool, lambda x: x * x, endless())
        assert [next(results)[1].result() for _ in range(3)] == [1, 4, 9]
    assert len(drawn) <= 4


@pytest.mark.unit
def test_an_address_where_nobody_answers_is_said(monkeypatch):
    pytest.importorskip("distributed", reason="dask comes with `make extras`")
    monkeypatch.setattr(executors, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(InputError, match="No scheduler of Dask answers"), open_pool(dask="tcp://127.0.0.1:9"):
        pass


def largest_growth():
    """What loky lets a process grow by before it replaces it, in bytes."""
    from loky import process_executor

    return process_executor._MAX_MEMORY_LEAK_SIZE


def test_processes_may_keep_the_past_that_runs_share():
    with open_pool(2) as pool:
        assert pool.executor().submit(largest_growth).result() > 100e9
