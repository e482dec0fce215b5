"""Making the runs of a store: batches to a pool, results to disk, failures written down and counted."""

import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future
from itertools import groupby
from typing import NamedTuple

from experiments.draws import DrawTable
from experiments.executors import Pool, unordered
from experiments.identity import source_hashes
from experiments.store import Result, RunStore
from experiments.study import PLANNED, Job, Study
from model.declarations import Value
from model.problems import InputError, Problem
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from results.digest import Ends, exchange
from results.kept import Kept, arrays_of, keep
from results.progress import Progress, silent

SECONDS_PER_BATCH = 2.0
MOST_PER_BATCH = 400
"""Runs of a batch, where they are a matter of milliseconds."""
COMPILED_WITH = "four_villages"
MOST_ERROR_LETTERS = 20_000
EXCHANGED = "needs_"

type Simulate = Callable[[Scenario], Kept]
type Group = tuple[tuple[Job, ...], dict[str, Value]]
"""Runs of the same draw and seed, and the numbers of the draw."""


class Batch(NamedTuple):
    """What a worker is handed: runs, what they have in common, and how a run is made."""

    study: Study
    groups: tuple[Group, ...]
    simulate: Simulate
    sources: tuple[str, ...]


class Outcome(NamedTuple):
    """How many runs were made now, and how many of them failed."""

    made: int
    failed: int


class OtherSourceError(RuntimeError):
    """A worker has another version of the model than the program that asks it."""


def simulate(scenario: Scenario) -> Kept:
    """Make a run in one thread and return what is kept of it."""
    model = ScaleUpModel(scenario).run()
    try:
        return keep(model)
    finally:
        model.release()


def compile_once() -> None:
    """Compile all kernels on the smallest world, so that workers find them in the cache."""
    ScaleUpModel(make_scenario(world=COMPILED_WITH, until=1)).run()


def run_pending(
    store: RunStore,
    study: Study,
    draws: DrawTable,
    pool: Pool,
    *,
    progress: Progress = silent,
    fail_fast: bool = False,
    simulate: Simulate = simulate,
) -> Outcome:
    """Make all runs of a store that are still to be made.

    Whatever ends it, results that came back are on disk. With ``fail_fast`` nothing more is handed out once a
    run has failed.
    """
    planned = store.counts()[PLANNED]
    size = BatchSize()
    lost: list[Group] = []
    made = failed = 0

    def batches() -> Iterator[Batch]:
        groups = grouped(store.pending(), draws, together=bool(study.reference))
        while taken := size.take(groups):
            if fail_fast and failed:
                return
            yield Batch(study, tuple(taken), simulate, source_hashes())

    def take_in(results: Sequence[Result]) -> None:
        nonlocal made, failed
        store.record(results)
        made += len(results)
        failed += sum(bool(result.error) for result in results)
        progress(made / max(planned, 1), "")

    for batch, future in unordered(pool, run_batch, batches()):
        results = _results(future)
        if results is None:
            lost += batch.groups
        else:
            size.learn(results, len(batch.groups))
            take_in(results)
    for group in () if fail_fast and failed else lost:  # one at a time: the next that ends its worker is it
        batch = Batch(study, (group,), simulate, source_hashes())
        for _, future in unordered(pool, run_batch, iter([batch]), in_flight=1):
            results = _results(future)
            take_in(_ended_their_worker(group) if results is None else results)
    return Outcome(made, failed)


class BatchSize:
    """How many groups go into a batch: so many as take about two seconds, by those that came back."""

    def __init__(self) -> None:
        self.groups = 1

    def take(self, groups: Iterator[Group]) -> list[Group]:
        """Return the groups of the next batch."""
        return [group for _, group in zip(range(self.groups), groups, strict=False)]

    def learn(self, results: Sequence[Result], groups: int) -> None:
        """Adapt to the time that a batch took; at most doubling, since the first runs may be short ones."""
        seconds = sum(result.cpu_seconds for result in results)
        wanted = int(SECONDS_PER_BATCH * groups / max(seconds, 1e-9))
        most = max(MOST_PER_BATCH * groups // max(len(results), 1), 1)
        self.groups = max(1, min(wanted, 2 * self.groups, most))


def grouped(jobs: Iterator[Job], draws: DrawTable, *, together: bool = True) -> Iterator[Group]:
    """Bring together neighbouring runs of the same draw and seed, with the numbers of the draw.

    Only runs that are compared child by child must go out ``together``; others stand each for itself, so that
    no more is lost with a program that is killed than needs be.
    """
    for (draw, _), members in groupby(jobs, key=lambda job: (job.draw, job.replication)):
        for group in [tuple(members)] if together else ((member,) for member in members):
            yield group, draws.values(draw)


def _results(future: Future[list[Result]]) -> list[Result] | None:
    """Return the results of a batch, None where its worker did not survive it."""
    error = future.exception()
    if isinstance(error, OtherSourceError):
        raise InputError([Problem("experiment.other_source", {})]) from error
    if isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
        return None
    return future.result()


def _ended_their_worker(group: Group) -> list[Result]:
    text = "The process that made this run ended without an answer; most often it was out of memory."
    return [Result(job, {}, {}, 0.0, text) for job in group[0]]


def run_batch(batch: Batch) -> list[Result]:
    """Make the runs of a batch; what a worker does.

    Raises
    ------
    OtherSourceError
        If the worker's model is not that of the asking program: its results would pass for something else.
    """
    if source_hashes() != batch.sources:
        raise OtherSourceError(
            "this worker has another version of the model or of its data; bring it up to date"
        )
    results: list[Result] = []
    for jobs, drawn in batch.groups:
        results += _run_group(batch.study, jobs, drawn, batch.simulate)
    return results


def _run_group(
    study: Study, jobs: Sequence[Job], drawn: Mapping[str, Value], simulate: Simulate
) -> list[Result]:
    """Make runs of the same draw and seed, the reference first: others are compared with its children."""
    against: Ends | None = None
    results = []
    if study.reference and all(job.strategy != study.reference for job in jobs):
        against = _ends_again(study, jobs[0].seed, drawn, simulate)
    for job in sorted(jobs, key=lambda job: job.strategy != study.reference):
        start = time.process_time()
        try:
            kept = simulate(study.scenario(job.strategy, drawn, job.seed))
            outcomes = dict(kept.digest.outcomes)
            if job.strategy == study.reference:
                against = kept.ends
            elif against is not None:
                exchanged = exchange(kept.ends, against)._asdict()
                outcomes |= {f"{EXCHANGED}{name}": float(value) for name, value in exchanged.items()}
            arrays = arrays_of(kept.digest) if study.details else {}
            results.append(Result(job, outcomes, arrays, time.process_time() - start))
        except Exception:  # noqa: BLE001 - a failed run is a result, and the others go on
            error = traceback.format_exc()[-MOST_ERROR_LETTERS:]
            results.append(Result(job, {}, {}, time.process_time() - start, error))
    return results


def _ends_again(study: Study, seed: int, drawn: Mapping[str, Value], simulate: Simulate) -> Ends | None:
    """Make the run of the reference once more for its children; None where it fails, as it did before."""
    try:
        return simulate(study.scenario(study.reference, drawn, seed)).ends
    except Exception:  # noqa: BLE001 - its own row tells of it
        return None
