"""The map of worker coverage × referral capacity: where finding binds, where serving does, what to buy next.

``map_capacity`` from a notebook returns tidy data frames; ``python run.py map`` writes the same with figures
and a report. Every point of the grid is a plan that is in place at once (:mod:`experiments.in_place`); all
points meet the same seeds, each with a draw of its own of what is not known, so neighbours on the map differ
by what they decide and by nothing else. Runs go through the store, so a map that was stopped goes on, and
more seeds can be added to it.
"""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.asking import world_problems
from experiments.identity import same_of
from experiments.in_place import (
    AXES,
    COVERAGE,
    DESKS,
    InPlace,
    last_month,
    made_by,
    not_drawn,
    plan_strategy,
)
from experiments.mapped import Mapped, mapped
from experiments.opening import folder_of, opened, taken
from experiments.paired import Paired, draws_of, draws_problems, paired_jobs, paired_table
from experiments.running import Simulate, compile_once, run_pending
from experiments.study import Candidate, Study
from experiments.sweeping import set_again, write_candidates
from experiments.uses import USE_NAMES
from model.declarations import Value
from model.parameters import check_values
from model.problems import InputError, Problem
from model.scenario import DEFAULT_WORLD

KIND = "map"
GRID, SEEDS = 7, 4
LEAST_GRID, MOST_GRID, MOST_SEEDS = 2, 41, 100
LEAST_DESKS, MOST_DESKS = 0.5, 2.0
"""Desk hours as multiples of those of 2010: half to double, with 2010 itself in the middle of an odd grid."""
RUNS_IN_MEMORY = 5
"""In a worker: two up to the beginning of plans, one that has settled, one to its end, a branch."""


class MapRequest(NamedTuple):
    """A map that was checked and can be made."""

    study: Study
    grid: int
    paired: Paired

    @property
    def seeds(self) -> int:
        """Runs of every point."""
        return self.paired.seeds


def check_map(
    *,
    world: Any = DEFAULT_WORLD,
    grid: int = GRID,
    draws: int | None = None,
    seeds: int = SEEDS,
    settings: Mapping[str, object] | None = None,
) -> MapRequest:
    """Check everything about a map before anything runs.

    Parameters
    ----------
    grid
        Points in each direction.
    draws
        Draws of the shipped posterior that the seeds meet, by default one for every seed
        (:mod:`experiments.paired`); 0 for point defaults.
    seeds
        Replications of every point.
    settings
        Numbers held besides; the two that the map varies cannot be among them.

    Raises
    ------
    InputError
        With all problems at once.
    """
    held, problems = held_besides(world, settings, seeds)
    problems += number_problems("map.grid", grid, LEAST_GRID, MOST_GRID)
    if problems or (problems := draws_problems(draws, seeds)):
        raise InputError(problems)
    study = Study(world, last_month(), points_of(grid), held, made_by=made_by())
    return MapRequest(study, grid, Paired(draws_of(draws, seeds), seeds))


def held_besides(
    world: Any, settings: Mapping[str, object] | None, seeds: int
) -> tuple[dict[str, Value], list[Problem]]:
    """Return the numbers held besides what plans in place decide, and all that is wrong with these three."""
    held, problems = check_values(settings or {})
    problems += world_problems(world)
    problems += [Problem("map.axis", {"name": name}) for name in AXES if name in held]
    return held, problems + number_problems("map.seeds", seeds, 1, MOST_SEEDS)


def number_problems(code: str, value: object, low: int, high: int) -> list[Problem]:
    """Return why a whole number is refused: none, or one problem with its limits."""
    fits = type(value) is int and low <= value <= high
    return [] if fits else [Problem(code, {"value": value, "low": low, "high": high})]


def points_of(grid: int) -> dict[str, Candidate]:
    """Return the plans of a grid: coverage from none to every village, desks from half to double of 2010."""
    coverage = [round(k / (grid - 1), 6) for k in range(grid)]
    desks = [round(float(each), 6) for each in np.geomspace(LEAST_DESKS, MOST_DESKS, grid)]
    return {name: each for x, y in itertools.product(coverage, desks) for name, each in [plan(x, y)]}


def plan(coverage: float, desks: float) -> tuple[str, Candidate]:
    """Return a plan with its name: a share of villages with a post, and desk hours as multiples of 2010."""
    name = f"posts {coverage:.4f}, desks {desks:.4f}"
    settings: dict[str, Value] = {COVERAGE: coverage, DESKS: desks}
    return name, Candidate(name, plan_strategy(), settings)


def map_capacity(out: Path | str | None = None, **options: Any) -> Mapped:
    """Map outcomes over worker coverage and referral capacity.

    Parameters
    ----------
    out
        Folder for the runs; a map begun there is gone on with. Without it nothing is kept.
    options
        Of :func:`check_map` and :func:`run_map`.

    Returns
    -------
    Mapped
        Tidy data frames ``points``, ``next_yuan`` and ``line``, documented in :mod:`experiments.mapped`.
    """
    request = check_map(**taken(options, ("world", "grid", "draws", "seeds", "settings")))
    with folder_of(out) as folder:
        return run_map(request, folder, **options)


def run_map(
    request: MapRequest,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    rerun: Sequence[str] = (),
    fail_fast: bool = False,
    simulate: Simulate | None = None,
) -> Mapped:
    """Make the runs of a map in a folder, or go on with it, and return its tables.

    ``rerun`` are ids of runs to make again, or "failed".

    Raises
    ------
    InputError
        Before anything runs.
    NothingMappedError
        If no point has a run that succeeded.
    """
    study, paired = request.study, request.paired
    with opened(study, out, about_of(request), workers, dask, RUNS_IN_MEMORY) as (pool, store, progress):
        draws = paired_table(out, paired, {*study.parameters, *not_drawn()})
        write_candidates(out, study, AXES)
        store.plan(paired_jobs(study, paired, draws, range(1, paired.seeds + 1)))
        set_again(store, rerun)
        compile_once()
        made = run_pending(
            store, study, draws, pool,
            progress=progress, fail_fast=fail_fast, simulate=simulate or InPlace(USE_NAMES),
        )  # fmt: skip
        counts = dict(store.counts())
    found = mapped(out)
    return found._replace(facts={**found.facts, "counts": counts, "made": made.made})


def about_of(request: MapRequest) -> dict[str, Any]:
    """Return what ``experiment.json`` says of a map; the grid may become finer, and seeds may be added."""
    return {
        "same": same_of(KIND, request.study, draws=request.paired.kind, outcomes=made_by()),
        "grid": request.grid,
        "seeds": request.seeds,
    }
