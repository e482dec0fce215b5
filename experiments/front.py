"""What an optimisation found: plans that no other beats, as they looked in the search and on fresh runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.problem import BUDGET, OptimisationProblem
from experiments.store import read_runs
from experiments.study import DONE, FAILED
from experiments.sweeping import STRATEGIES
from results.measures.intervals import t_interval


class Front(NamedTuple):
    """Plans and all that was searched, as tidy data frames.

    Attributes
    ----------
    plans
        A row per plan that no other plan beat in the search (one of those with the same outcomes): ``plan``
        (its name), a column per lever; for
        every objective ``…`` (mean over fresh seeds and unused draws), ``…_low``, ``…_high`` (95 % interval),
        ``…_searched`` (mean in the search, which flatters), ``…_apart`` (half-width of the 95 % interval of
        its distance to the mean of these plans on the same seeds); ``programme_yuan`` likewise,
        ``within_budget_share`` (of the fresh runs), ``still_unbeaten`` (on fresh runs, among these plans),
        ``runs`` (fresh ones that succeeded).
    searched
        A row per plan that was tried: ``plan``, levers, the mean of every objective, ``programme_yuan``,
        ``within_budget``, ``unbeaten``.
    facts
        World, objectives, budget, counts of runs.
    """

    plans: pd.DataFrame
    searched: pd.DataFrame
    facts: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the data frames by name."""
        return {"plans": self.plans, "searched": self.searched}


def front_of(folder: Path, problem: OptimisationProblem, names: Sequence[str]) -> Front:
    """Return the tables of a folder; ``names`` are the plans of the front, found anew if there are none."""
    wanted = list(problem.wanted.objectives)
    columns = [*dict.fromkeys([*wanted, BUDGET])]
    levers = pd.read_parquet(folder / STRATEGIES).drop(columns="base").rename(columns={"strategy": "plan"})
    runs = read_runs(folder, ["strategy", "draw", "replication", "status", "cpu_seconds", *columns])
    runs = runs.rename(columns={"strategy": "plan"})
    used = problem.uncertain.draws if problem.uncertain else 0
    in_search = (runs["replication"] <= problem.replications) & (runs["draw"] <= used)
    known = runs.assign(**{name: runs[name].where(runs["status"] == DONE) for name in columns})
    means = known[in_search].groupby("plan")[columns].agg(lambda values: values.mean(skipna=False))
    searched = levers.merge(means.reset_index(), on="plan")
    budget = problem.wanted.budget_yuan
    searched["within_budget"] = searched[BUDGET] <= (np.inf if budget is None else budget)
    fit = searched["within_budget"] & searched[wanted].notna().all(axis=1)
    signs = np.array([problem.sign(name) for name in wanted])
    searched["unbeaten"] = False
    searched.loc[fit, "unbeaten"] = unbeaten(searched.loc[fit, wanted].to_numpy(np.float64) * signs)
    chosen = list(names) or searched[searched["unbeaten"]].drop_duplicates(wanted)["plan"].tolist()
    plans = searched[searched["plan"].isin(chosen)].drop(columns=["within_budget", "unbeaten"])
    plans = plans.rename(columns={name: f"{name}_searched" for name in columns})
    fresh = known[~in_search & (known["status"] == DONE)]
    plans = plans.merge(_fresh_table(fresh, chosen, columns, budget), on="plan", how="left")
    again = plans[wanted].to_numpy(np.float64) * signs
    plans["still_unbeaten"] = unbeaten(again) if np.isfinite(again).all() and len(plans) else False
    plans = plans.sort_values(f"{wanted[0]}_searched", kind="stable", ignore_index=True)
    facts = {
        "world": problem.study.world_name,
        "strategy": problem.base,
        "objectives": wanted,
        "budget_yuan": budget,
        "levers": [axis.name for axis in problem.levers],
        "plans_tried": len(searched),
        "draws": used,
        "seeds": problem.replications * max(used, 1),
        "fresh_seeds": int(fresh.groupby("plan").size().max()) if len(fresh) else 0,
        "failed": int((runs["status"] == FAILED).sum()),
        "cpu_seconds": float(runs["cpu_seconds"].sum()),
    }
    return Front(plans, searched, facts)


def _fresh_table(
    fresh: pd.DataFrame, names: Sequence[str], columns: Sequence[str], budget: float | None
) -> pd.DataFrame:
    """Return means and intervals over fresh runs, plan by plan."""
    rows = []
    of_seed = {
        column: fresh.pivot_table(index=["draw", "replication"], columns="plan", values=column)
        .reindex(columns=list(names))
        .dropna()
        for column in columns
    }
    for name in names:
        mine = fresh[fresh["plan"] == name]
        row: dict[str, Any] = {"plan": name, "runs": len(mine)}
        for column in columns:
            found = t_interval(mine[column])
            row |= {column: found.estimate, f"{column}_low": found.low, f"{column}_high": found.high}
            apart = t_interval(of_seed[column][name] - of_seed[column].mean(axis=1))
            row[f"{column}_apart"] = apart.half_width
        row["within_budget_share"] = (
            1.0 if budget is None else float((mine[BUDGET] <= budget).mean()) if len(mine) else np.nan
        )
        rows.append(row)
    ends = [f"{column}{end}" for column in columns for end in ("", "_low", "_high", "_apart")]
    return pd.DataFrame(rows, columns=["plan", "runs", *ends, "within_budget_share"])


def unbeaten(objectives: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows no other beats: as good in all and better in something, where less is better.

    Columns may have any units.
    """
    as_good = (objectives[:, np.newaxis] <= objectives).all(axis=-1)
    better = (objectives[:, np.newaxis] < objectives).any(axis=-1)
    found: NDArray[np.bool_] = ~(as_good & better).any(axis=0)
    return found
