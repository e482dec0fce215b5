"""Strategies compared fairly: the same draws and seeds for all, paired differences, until it is clear.

``compare`` from a notebook returns tidy data frames; ``python run.py compare`` writes the same with figures
and a report. Runs go through the store of :mod:`experiments.store`, so a comparison that was stopped goes on
where it was, and more strategies or replications can be added to it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.asking import (
    MOST_REPLICATIONS,
    POLICIES,
    REQUEST_OPTIONS,
    Request,
    about_of,
    check_request,
    draw_table,
    jobs_of,
)
from experiments.compared import Compared, main_differences, tables_of
from experiments.cost import Cost, cost_of
from experiments.draws import DrawTable
from experiments.executors import Pool
from experiments.feasibility import Concern, concerns
from experiments.opening import folder_of, opened, taken
from experiments.running import Outcome, Simulate, compile_once, run_pending, simulate
from experiments.store import RunStore
from experiments.study import PLANNED, Study
from experiments.sweeping import write_candidates
from results.measures.intervals import ENOUGH_REPLICATIONS, enough_replications, replications_needed
from results.progress import Progress

LEAST_STEP = 10
"""Fewer further replications at a time are not worth a round."""
MOST_RUNS = MOST_REPLICATIONS
"""Runs of a strategy to which "auto" goes: seeds, or draws × seeds."""


def compare(*strategies: str, out: Path | str | None = None, **options: Any) -> Compared:
    """Compare strategies on the same draws and seeds; the first is what the others are compared with.

    Parameters
    ----------
    strategies
        Two or more: names of shipped ones, of files in the folder of the user, or paths of files.
    out
        Folder for the runs; a comparison begun there is gone on with. Without it nothing is kept.
    options
        Of :func:`check_request` and :func:`run_comparison`.

    Returns
    -------
    Compared
        Tidy data frames.
    """
    request = check_request(strategies, **taken(options, REQUEST_OPTIONS))
    with folder_of(out) as folder:
        return run_comparison(request, folder, **options)


def run_comparison(
    request: Request,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    fail_fast: bool = False,
    told: Callable[[list[Concern], Cost], None] | None = None,
    simulate: Simulate = simulate,
) -> Compared:
    """Run a comparison in a folder, or go on with it, and return its tables.

    ``told`` is handed what the plans cannot do, and what the runs will cost, before the first begins.

    Raises
    ------
    InputError
        Before anything runs.
    ComparisonError
        If too few runs succeeded to compare anything.
    """
    study = request.study
    with opened(study, out, about_of(request), workers, dask) as (pool, store, progress):
        draws = draw_table(request, out)
        write_candidates(out, study, [POLICIES] if request.arms else [])
        store.plan(jobs_of(request, draws, range(1, request.replications + 1)))
        compile_once()
        found = concerns(study_of(request))
        if told:
            told(found, cost_of(study, store.counts()[PLANNED], pool.workers))
        made = rounds(request, store, draws, pool, progress, fail_fast, simulate)
        counts = dict(store.counts())
    compared = tables_of(request, out)
    facts = {"made": made.made, "counts": counts, "concerns": [(c.strategy, c.problem) for c in found]}
    return compared._replace(facts={**compared.facts, **facts})


def study_of(request: Request) -> Study:
    """Return the study without the arms of the decomposition."""
    kept = {name: request.study.candidates[name] for name in request.names}
    return Study(request.study.world, request.study.until, kept, request.study.parameters)


def rounds(
    request: Request,
    store: RunStore,
    draws: DrawTable,
    pool: Pool,
    progress: Progress,
    fail_fast: bool,
    simulate: Simulate,
) -> Outcome:
    """Make the runs; with "auto", more replications until every difference is known well enough."""
    planned, total = request.replications, Outcome(0, 0)
    while True:
        made = run_pending(
            store, request.study, draws, pool, progress=progress, fail_fast=fail_fast, simulate=simulate
        )
        total = Outcome(total.made + made.made, total.failed + made.failed)
        store.fold()
        if not request.auto or planned >= MOST_REPLICATIONS or (fail_fast and total.failed):
            return total
        wanted = next_replications(request, store.folder, planned)
        if wanted <= planned:
            return total
        store.plan(jobs_of(request, draws, range(1, wanted + 1)))
        planned = wanted


def next_replications(request: Request, folder: Path, planned: int) -> int:
    """Return how many replications to go on to: as many as now if every difference is known well enough.

    With draws the differences are means of draws, one each: more seeds take chance out of them and nothing of
    what is not known, so their number is doubled, as far as the runs of a strategy reach.
    """
    if request.draws:
        most = max(MOST_RUNS // request.draws, 1)
        settled = all(
            enough_replications(each, at_least=2) for each in main_differences(request, folder).values()
        )
        return planned if settled else max(planned, min(2 * planned, most))
    wanted = planned
    for differences in main_differences(request, folder).values():
        n = len(differences)
        if enough_replications(differences, at_least=min(ENOUGH_REPLICATIONS, max(n, 2))) and (
            planned >= ENOUGH_REPLICATIONS
        ):
            continue
        needed = replications_needed(differences, at_most=MOST_REPLICATIONS)
        target = MOST_REPLICATIONS if needed is None else needed
        wanted = max(wanted, min(max(target, planned + LEAST_STEP), 2 * planned, MOST_REPLICATIONS))
    return wanted
