"""The least workers and desk hours with which a target is reached.

For every share of villages with a post the fewest desk hours that reach the target are found by halving, all
shares side by side, on the same seeds; more hours never make these outcomes worse. Plans are in place at
once, as on the map (:mod:`experiments.in_place`). What was found is run again on fresh seeds, and the
cheapest of it is named at the declared unit costs.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.front import unbeaten
from experiments.identity import same_of
from experiments.in_place import AXES, COVERAGE, DESKS, InPlace, last_month, made_by, not_drawn
from experiments.mapped import RATIOS, a_year
from experiments.mapping import RUNS_IN_MEMORY, held_besides, plan
from experiments.opening import folder_of, opened, taken
from experiments.paired import Paired, draws_of, draws_problems, paired_jobs, paired_table
from experiments.running import Simulate, compile_once, run_pending
from experiments.store import read_runs
from experiments.study import DONE, FAILED, Candidate, Study
from experiments.sweeping import STRATEGIES, set_again, write_candidates
from model.problems import InputError, Problem, nearest
from model.scenario import DEFAULT_WORLD
from results.measures.intervals import t_interval
from results.measures.ratios import divide

KIND = "goal"
TARGET = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([0-9.]+)\s*")
OUTCOMES = {
    "effective_coverage_share": ">=",
    "in_time_share": ">=",
    "in_time_of_filed_share": ">=",
    "wait_months": "<=",
}
"""What a target may be set for, and on which side of it is good."""
LEVELS = 6
"""Shares of villages with a post that are looked at, none and all among them."""
LEAST_DESKS, MOST_DESKS = 0.25, 8.0
"""Desk hours, as multiples of those of 2010, between which the fewest are sought."""
ROUNDS = 7
"""Halvings: the fewest hours are known to within 3 %."""
SEEDS, FRESH_SEEDS = 4, 8


class Goal(NamedTuple):
    """A target: an outcome on the good side of a value in its unit."""

    outcome: str
    side: str
    value: float

    def is_met(self, found: float) -> bool:
        """Whether an outcome, in the unit of the target, reaches it; a missing one does not."""
        return bool(found >= self.value if self.side == ">=" else found <= self.value)

    @property
    def text(self) -> str:
        """The target as people type it."""
        return f"{self.outcome}{self.side}{self.value:g}"


class GoalRequest(NamedTuple):
    """A search for the least means that was checked."""

    study: Study
    goal: Goal
    paired: Paired

    @property
    def seeds(self) -> int:
        """Runs of every plan in the search."""
        return self.paired.seeds

    @property
    def fresh_seeds(self) -> int:
        """Runs of what was found, on seeds (and draws) that the search did not see."""
        return self.paired.fresh


class Sought(NamedTuple):
    """What a search for the least means found.

    Attributes
    ----------
    plans
        A row per share of villages with a post: ``coverage_share``, ``reached``, ``desk_factor`` (the fewest
        desk hours that reach the target, as a multiple of those of 2010; missing where none does),
        ``villages_with_post``, ``desk_hours_per_month``, ``worker_yuan_per_year``, ``desk_yuan_per_year``
        (hours beyond those of 2010), ``yuan_per_year``, ``searched`` (the outcome in the search),
        ``fresh`` with ``_low`` and ``_high`` (on seeds that the search did not see), ``fresh_met_share``
        (of these seeds), ``least`` (no other plan needs fewer of both), ``cheapest``.
    facts
        World, target, seeds, counts of runs.
    """

    plans: pd.DataFrame
    facts: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the data frames by name."""
        return {"plans": self.plans}


def read_goal(text: str) -> Goal:
    """Read a target such as ``effective_coverage_share>=.6``.

    Raises
    ------
    InputError
        If it has another form, names another outcome, or lies on its bad side.
    """
    found = TARGET.fullmatch(text)
    if not found:
        raise InputError([Problem("goal.form", {"value": text})])
    name, side, value = found.groups()
    if name not in OUTCOMES:
        values = {"name": name, "choices": ", ".join(OUTCOMES), "nearest": nearest(name, OUTCOMES)}
        raise InputError([Problem("goal.outcome", values)])
    if side != OUTCOMES[name]:
        raise InputError([Problem("goal.side", {"name": name, "side": OUTCOMES[name]})])
    try:
        number = float(value)
    except ValueError:
        raise InputError([Problem("goal.form", {"value": text})]) from None
    if name.endswith("_share") and not 0 < number < 1:
        raise InputError([Problem("goal.share", {"value": value})])
    return Goal(name, side, number)


def check_goal(
    goal: str,
    *,
    world: Any = DEFAULT_WORLD,
    draws: int | None = None,
    seeds: int = SEEDS,
    fresh_seeds: int = FRESH_SEEDS,
    settings: Mapping[str, object] | None = None,
) -> GoalRequest:
    """Check everything about a search before anything runs.

    Parameters
    ----------
    draws
        Draws of the shipped posterior that the seeds of the search meet, by default one for every seed
        (:mod:`experiments.paired`); 0 for point defaults. Fresh seeds meet draws that the search did not see.

    Raises
    ------
    InputError
        With all problems at once.
    """
    held, problems = held_besides(world, settings, seeds)
    target = None
    try:
        target = read_goal(goal)
    except InputError as error:
        problems += error.problems
    if problems or target is None or (problems := draws_problems(draws, seeds)):
        raise InputError(problems)
    study = Study(world, last_month(), {}, held, made_by=made_by())
    return GoalRequest(study, target, Paired(draws_of(draws, seeds), seeds, fresh_seeds))


def least_means(goal: str, out: Path | str | None = None, **options: Any) -> Sought:
    """Find the least workers and desk hours that reach a target, such as ``effective_coverage_share>=.4``.

    Parameters
    ----------
    out
        Folder for the runs; a search begun there is gone on with. Without it nothing is kept.
    options
        Of :func:`check_goal` and :func:`run_goal`.
    """
    request = check_goal(goal, **taken(options, ("world", "draws", "seeds", "fresh_seeds", "settings")))
    with folder_of(out) as folder:
        return run_goal(request, folder, **options)


def run_goal(
    request: GoalRequest,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    rerun: Sequence[str] = (),
    fail_fast: bool = False,
    simulate: Simulate | None = None,
) -> Sought:
    """Search in a folder, or go on with a search there.

    ``rerun`` are ids of runs to make again, or "failed".

    Raises
    ------
    InputError
        Before anything runs.
    """
    study, plans, paired = request.study, plans_of(out), request.paired
    with opened(study, out, about_of(request), workers, dask, RUNS_IN_MEMORY) as (pool, store, progress):
        draws = paired_table(out, paired, {*study.parameters, *not_drawn()})
        set_again(store, rerun)
        compile_once()
        before = store.n_finished()
        steps = ROUNDS + 3

        def make(tried: Mapping[float, float], seeds: range, step: int) -> None:
            """Make the runs of some plans, desk hours by coverage."""
            now = dict(plan(coverage, desks) for coverage, desks in tried.items())
            plans.update(now)
            write_candidates(out, dataclasses.replace(study, candidates=plans), AXES)
            whole = dataclasses.replace(study, candidates=plans)
            store.plan(paired_jobs(whole, paired, draws, seeds, tuple(now)))
            run_pending(
                store, whole, draws, pool, fail_fast=fail_fast, simulate=simulate or InPlace(),
                progress=lambda share, word: progress((step + share) / steps, word),
            )  # fmt: skip
            store.fold()

        searched = range(1, request.seeds + 1)
        fewest = halving(request, out, lambda tried, step: make(tried, searched, step))
        fresh = range(request.seeds + 1, request.seeds + request.fresh_seeds + 1)
        make({coverage: desks for coverage, desks in fewest.items() if np.isfinite(desks)}, fresh, ROUNDS + 2)
        counts, made = dict(store.counts()), store.n_finished() - before
    found = sought(request, out, fewest)
    return found._replace(facts={**found.facts, "counts": counts, "made": made})


def halving(request: GoalRequest, out: Path, make: Any) -> dict[float, float]:
    """Return the fewest desk hours that reach the target by coverage, NaN where even the most do not.

    Bisects the logarithm of the hours, on which steps are assumed to matter alike.
    """
    coverage = [round(k / (LEVELS - 1), 6) for k in range(LEVELS)]
    ends = {share: [float(np.log(LEAST_DESKS)), float(np.log(MOST_DESKS))] for share in coverage}

    def met(tried: Mapping[float, float], step: int) -> dict[float, bool]:
        make(tried, step)
        values = searched_values(request, out)
        return {share: request.goal.is_met(values[plan(share, desks)[0]]) for share, desks in tried.items()}

    most = met(dict.fromkeys(coverage, MOST_DESKS), 0)
    least = met({share: LEAST_DESKS for share in coverage if most[share]}, 1)
    found = {share: MOST_DESKS if most[share] else float("nan") for share in coverage}
    found |= {share: LEAST_DESKS for share, reached in least.items() if reached}
    open_ = [share for share, reached in least.items() if not reached]
    for step in range(ROUNDS):
        middle = {share: round(float(np.exp(np.mean(ends[share]))), 6) for share in open_}
        for share, reached in (met(middle, 2 + step) if middle else {}).items():
            ends[share][int(reached)] = float(np.log(middle[share]))
            if reached:
                found[share] = middle[share]
    return found


def searched_values(request: GoalRequest, out: Path) -> dict[str, float]:
    """Return the outcome of every plan over the seeds of the search, in its unit; NaN where one failed."""
    runs = _runs(out)
    runs = runs[runs["replication"] <= request.seeds]
    values = {}
    for name, mine in runs.groupby("strategy"):
        whole = (mine["status"] == DONE).all()
        values[str(name)] = _outcome(request.goal, mine) if whole else float("nan")
    return values


def _runs(out: Path) -> pd.DataFrame:
    runs = read_runs(out)
    for name in ("met_child_months", "unmet_child_months"):
        if name not in runs:
            runs[name] = np.nan
    return runs.assign(needed_child_months=runs["met_child_months"] + runs["unmet_child_months"])


def _outcome(goal: Goal, runs: pd.DataFrame) -> float:
    top, bottom = RATIOS[goal.outcome]
    return float(divide(runs[top].sum(), runs[bottom].sum()))


def sought(request: GoalRequest, out: Path, fewest: Mapping[float, float]) -> Sought:
    """Return the table of what was found; ``fewest`` desk hours, multiples of 2010, by share of villages."""
    runs = _runs(out)
    rows: list[dict[str, Any]] = []
    for coverage, desks in fewest.items():
        row: dict[str, Any] = {"coverage_share": coverage, "reached": bool(np.isfinite(desks)), DESKS: desks}
        name = plan(coverage, desks if np.isfinite(desks) else MOST_DESKS)[0]
        mine = runs[(runs["strategy"] == name) & (runs["status"] == DONE)]
        first, fresh = (
            mine[mine["replication"] <= request.seeds],
            mine[mine["replication"] > request.seeds],
        )
        hours = float(mine["desk_hours_per_month"].mean())
        top, bottom = RATIOS[request.goal.outcome]
        by_seed = divide(fresh[top], fresh[bottom]) if len(fresh) else np.array([])
        again = t_interval(by_seed)
        row |= {
            "villages_with_post": float((mine["villages"] * coverage).mean()),
            "desk_hours_per_month": hours,
            "yuan_per_year": a_year(mine["programme_yuan"]),
            "desk_yuan_per_year": a_year(mine["desk_staff_yuan"]),
            "searched": _outcome(request.goal, first) if len(first) else np.nan,
            "fresh": again.estimate,
            "fresh_low": again.low,
            "fresh_high": again.high,
            "fresh_met_share": float(np.mean([request.goal.is_met(each) for each in by_seed]))
            if len(by_seed)
            else np.nan,
        }
        row["worker_yuan_per_year"] = row["yuan_per_year"] - row["desk_yuan_per_year"]
        rows.append(row)
    plans = pd.DataFrame(rows).rename(columns={DESKS: "desk_factor"})
    means = plans[["coverage_share", "desk_factor"]].fillna(np.inf).to_numpy(np.float64)
    plans["least"] = unbeaten(means) & plans["reached"].to_numpy()
    cost = plans["yuan_per_year"].where(plans["reached"])
    plans["cheapest"] = (cost == cost.min()) & plans["reached"]
    facts = {
        "world": request.study.world_name,
        "parameters": dict(request.study.parameters),
        "goal": request.goal.text,
        "outcome": request.goal.outcome,
        "value": request.goal.value,
        "draws": request.paired.draws,
        "seeds": request.seeds,
        "fresh_seeds": request.fresh_seeds,
        "failed": int((runs["status"] == FAILED).sum()),
        "cpu_seconds": float(runs["cpu_seconds"].sum()),
    }
    return Sought(plans, facts)


def plans_of(out: Path) -> dict[str, Candidate]:
    """Return the plans that were tried in a folder so far, by name."""
    path = out / STRATEGIES
    if not path.is_file():
        return {}
    rows = pd.read_parquet(path)
    return dict(plan(float(row[COVERAGE]), float(row[DESKS])) for row in rows.to_dict("records"))


def about_of(request: GoalRequest) -> dict[str, Any]:
    """Return what ``experiment.json`` says of a search; another target may be sought in the same folder."""
    paired = request.paired
    return {
        "same": same_of(KIND, request.study, seeds=paired.seeds, draws=paired.kind, outcomes=made_by()),
        "goal": request.goal.text,
        "fresh_seeds": request.fresh_seeds,
    }
