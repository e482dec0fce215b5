"""Levers under a budget: the plans that none other beats in all that is wanted, by NSGA-II.

Deb, Pratap, Agarwal & Meyarivan (2002), as pymoo has it. Every plan of a generation meets the same seeds and
draws, and its runs go through the store. The search is a function of its seed and of the outcomes, so one
that was stopped is simply asked again: what was made is read, and the next plans are the same.

What looks best in the search partly had luck with the seeds it was searched on. So the front is run again on
seeds and draws that the search never saw, and only those numbers are reported.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design import settings_text
from experiments.draws import Axis, DrawTable
from experiments.executors import Pool
from experiments.front import Front, front_of
from experiments.identity import same_of
from experiments.opening import folder_of, opened
from experiments.problem import BUDGET, OptimisationProblem, read_problem
from experiments.running import Simulate, compile_once, run_pending, simulate
from experiments.store import RunStore, read_runs
from experiments.study import DONE, Candidate, Job, Study
from experiments.sweeping import STRATEGIES, prepare_draws, set_again, write_candidates
from model.calendar import month_text
from model.declarations import Value, declarations
from model.problems import InputError, Problem
from results.progress import Progress

KIND = "optimise"
DIGITS = 3
"""Of levers that are numbers: plans that differ by less are the same plan."""
UNKNOWN = 1e30
"""Objective of a plan whose runs failed."""


class Search(NamedTuple):
    """A search that is under way: its problem, where runs are kept, and all plans so far by name."""

    problem: OptimisationProblem
    store: RunStore
    draws: DrawTable
    pool: Pool
    plans: dict[str, Candidate]
    simulate: Simulate
    fail_fast: bool

    def study(self) -> Study:
        """Return the study of all plans so far."""
        return dataclasses.replace(self.problem.study, candidates=dict(self.plans))


def optimise(problem: Path | str, out: Path | str | None = None, **options: Any) -> Front:
    """Search for the plans that no other beats, and look at them again on fresh seeds and unused draws.

    Parameters
    ----------
    problem
        YAML file; see :mod:`experiments.problem`.
    out
        Folder for the runs; a search begun there is gone on with. Without it nothing is kept.
    options
        Of :func:`run_optimise`.

    Returns
    -------
    Front
        Tidy data frames ``plans`` and ``searched``, documented in :mod:`experiments.front`.
    """
    read = read_problem(Path(problem), options.pop("strategies", None))
    with folder_of(out) as folder:
        return run_optimise(read, folder, **options)


def run_optimise(
    problem: OptimisationProblem,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    rerun: Sequence[str] = (),
    fail_fast: bool = False,
    simulate: Simulate = simulate,
) -> Front:
    """Search in a folder, or go on with a search there.

    ``rerun`` are ids of runs to make again, or "failed".

    Raises
    ------
    InputError
        Before anything runs, also where pymoo is not installed.
    """
    require_pymoo()
    with opened(problem.study, out, about_of(problem), workers, dask) as (pool, store, progress):
        draws = prepare_draws(out, problem.uncertain, draw_blocks(problem))
        search = Search(problem, store, draws, pool, plans_of(out, problem), simulate, fail_fast)
        set_again(store, rerun)
        compile_once()
        before = store.n_finished()
        nsga2(search, progress)
        first = front_of(out, problem, ())
        fresh_jobs(search, first.plans["plan"].tolist(), progress)
        counts, made = dict(store.counts()), store.n_finished() - before
    found = front_of(out, problem, tuple(first.plans["plan"]))
    return found._replace(facts={**found.facts, "counts": counts, "made": made})


def require_pymoo() -> None:
    """Refuse politely where pymoo is missing: it is an extra.

    Raises
    ------
    InputError
        If it is missing, with the command that installs it.
    """
    try:
        import pymoo  # noqa: F401
    except ImportError as error:
        raise InputError([Problem("optimise.no_pymoo")]) from error


def draw_blocks(problem: OptimisationProblem) -> list[int]:
    """Return how many draws the search uses, and how many are kept for the front."""
    if problem.uncertain is None:
        return [0]
    fresh = problem.wanted.fresh_draws or problem.uncertain.draws
    return [problem.uncertain.draws, fresh] if problem.uncertain.is_sampled else [problem.uncertain.draws]


def nsga2(search: Search, progress: Progress) -> None:
    """Run the genetic algorithm; every plan that it asks for ends in the store."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.evaluator import Evaluator
    from pymoo.core.problem import Problem as Shape
    from pymoo.problems.static import StaticProblem

    wanted, axes = search.problem.wanted, search.problem.levers
    shape = Shape(
        n_var=len(axes), n_obj=len(wanted.objectives), n_ieq_constr=int(wanted.budget_yuan is not None),
        xl=0.0, xu=1.0,
    )  # fmt: skip
    algorithm = NSGA2(pop_size=wanted.population)
    algorithm.setup(shape, termination=("n_gen", wanted.generations), seed=wanted.seed, verbose=False)
    while algorithm.has_next():
        asked = algorithm.ask()
        done = (algorithm.n_gen or 1) - 1

        def within(share: float, word: str, done: int = done) -> None:
            progress((done + share) / (wanted.generations + 1), word)

        objectives, over = evaluate(search, settings_of(asked.get("X"), axes), within)
        found = {"F": objectives} | ({"G": over} if wanted.budget_yuan is not None else {})
        Evaluator().eval(StaticProblem(shape, **found), asked)
        algorithm.tell(infills=asked)


def settings_of(points: NDArray[np.float64], axes: Sequence[Axis]) -> list[dict[str, Value]]:
    """Return the levers of points in the unit cube, numbers with three digits."""
    return [
        {axis.name: _rounded(axis.at(float(part)), axis) for axis, part in zip(axes, point, strict=True)}
        for point in points
    ]


def _rounded(value: Value, axis: Axis) -> Value:
    if not isinstance(value, float) or axis.values:
        return value
    return min(max(float(f"{value:.{DIGITS}g}"), axis.low), axis.high)


def evaluate(
    search: Search, asked: Sequence[Mapping[str, Value]], progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Make the runs of some plans; return, a row each, objectives (less is better) and yuan over budget."""
    names = [plan_of(search, settings) for settings in asked]
    problem = search.problem
    make(search, search_jobs(search.study(), problem, search.draws, tuple(dict.fromkeys(names))), progress)
    means = searched_means(search.store.folder, problem).reindex(names)
    signs = [problem.sign(name) for name in problem.wanted.objectives]
    objectives = means[problem.wanted.objectives].to_numpy(np.float64) * signs
    over = means[[BUDGET]].to_numpy(np.float64) - (problem.wanted.budget_yuan or 0.0)
    return np.nan_to_num(objectives, nan=UNKNOWN), np.nan_to_num(over, nan=UNKNOWN)


def plan_of(search: Search, settings: Mapping[str, Value]) -> str:
    """Note a plan if it is new; return its name."""
    base = search.problem.base
    name = f"{base} {settings_text(settings)}"
    if name not in search.plans:
        search.plans[name] = Candidate(name, search.problem.study.candidates[base].strategy, dict(settings))
    return name


def make(search: Search, jobs: Iterator[Job], progress: Progress) -> None:
    """Write plans and runs down, then make the runs."""
    write_candidates(search.store.folder, search.study(), [axis.name for axis in search.problem.levers])
    search.store.plan(jobs)
    run_pending(
        search.store, search.study(), search.draws, search.pool,
        progress=progress, fail_fast=search.fail_fast, simulate=search.simulate,
    )  # fmt: skip
    search.store.fold()


def search_jobs(
    study: Study, problem: OptimisationProblem, draws: DrawTable, names: tuple[str, ...]
) -> Iterator[Job]:
    """Return the runs that plans are searched by: the first draws and seeds, the same for all."""
    for draw in draws:
        if draw[0] <= draw_blocks(problem)[0]:
            yield from study.jobs(iter([draw]), range(1, problem.replications + 1), names)


def fresh_jobs(search: Search, names: Sequence[str], progress: Progress) -> None:
    """Run the plans of the front on what the search never saw: other seeds, other draws."""
    problem = search.problem
    first, last = problem.replications + 1, problem.replications + problem.wanted.fresh_replications
    used = draw_blocks(problem)[0]
    only_seeds = problem.uncertain is None or not problem.uncertain.is_sampled
    study = search.study()

    def jobs() -> Iterator[Job]:
        for draw in search.draws:
            if only_seeds or draw[0] > used:
                yield from study.jobs(iter([draw]), range(first, last + 1), tuple(names))

    def within(share: float, word: str) -> None:
        progress((problem.wanted.generations + share) / (problem.wanted.generations + 1), word)

    make(search, jobs(), within)


def searched_means(folder: Path, problem: OptimisationProblem) -> pd.DataFrame:
    """Return the mean outcomes of every plan that was searched; none where a run of it failed."""
    wanted = [*dict.fromkeys([*problem.wanted.objectives, BUDGET])]
    runs = read_runs(folder, ["strategy", "draw", "replication", "status", *wanted])
    runs = runs[(runs["replication"] <= problem.replications) & (runs["draw"] <= draw_blocks(problem)[0])]
    runs.loc[runs["status"] != DONE, wanted] = np.nan
    return runs.groupby("strategy", sort=False)[wanted].agg(lambda values: values.mean(skipna=False))


def plans_of(folder: Path, problem: OptimisationProblem) -> dict[str, Candidate]:
    """Return the plans of a search that was begun in a folder, by name."""
    path = folder / STRATEGIES
    if not path.is_file():
        return {}
    strategy = problem.study.candidates[problem.base].strategy
    names = [axis.name for axis in problem.levers]
    rows = pd.read_parquet(path)
    return {
        row["strategy"]: Candidate(
            row["strategy"], strategy, {name: declarations()[name].read(_plain(row[name])) for name in names}
        )
        for row in rows.to_dict("records")
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def about_of(problem: OptimisationProblem) -> dict[str, Any]:
    """Return what ``experiment.json`` says; a search may go on for more generations and look at more runs."""
    study, wanted = problem.study, problem.wanted
    drawn = problem.uncertain._asdict() if problem.uncertain else {}
    return {
        "same": same_of(
            KIND,
            study,
            until=month_text(study.until),
            strategy=study.candidates[problem.base].strategy.content_hash,
            levers=[repr(axis) for axis in problem.levers],
            uncertain=repr(sorted(drawn.items())),
            objectives=wanted.objectives,
            budget_yuan=wanted.budget_yuan,
            population=wanted.population,
            replications=problem.replications,
            seed=wanted.seed,
        ),
        "generations": wanted.generations,
        "fresh_replications": wanted.fresh_replications,
        "fresh_draws": draw_blocks(problem)[-1],
    }
