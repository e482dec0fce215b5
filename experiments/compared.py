"""What a comparison found: its runs read back from the store and put into tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.asking import ALONE, BASE, Request
from experiments.running import EXCHANGED
from experiments.store import read_details, read_runs
from experiments.study import DONE, FAILED
from results.compared_tables import (
    binding_table,
    cascade_table,
    decomposition_of,
    decomposition_table,
    groups_table,
    money_table,
)
from results.comparison import Comparison
from results.digest import Digest, Exchange, with_same_desks
from results.kept import digest_from
from results.league import league_table
from results.measures.catalogue import catalogue
from results.measures.decomposition import Decomposition
from results.measures.intervals import enough_replications, t_interval, verdict
from results.worth import cost_table, value_table

SETTLED = "settled"
WHERE_ASKED = ("decomposition", "variance")
"""Tables that are there only where the runs they need were made."""


class Compared(NamedTuple):
    """What a comparison found, as tidy data frames; columns are documented in the functions that make them.

    Attributes
    ----------
    runs
        A row per run, strategy × draw × replication: every outcome, and what was gained and lost against the
        first strategy child by child (:meth:`results.comparison.Comparison.runs_table`).
    differences
        Strategy × reference × outcome: paired difference, interval, verdict, and what pairing was worth.
    league
        Strategy × outcome: level, rank, share of runs in which it is best, regret.
    groups, cascade, binding, money
        Who gains and who waits longer; where needs are lost; which step binds by county and month; yuan by
        payer, category and year (:mod:`results.compared_tables`).
    costs, values
        What an additional result costs; from which value of a result a strategy is the best buy
        (:mod:`results.worth`).
    decomposition
        Strategy × part: how much of the change is trend, other policy, programme.
    variance
        Outcome × strategy: share of variance from draws and from chance; empty without several draws.
    comparison
        What figures are drawn from.
    facts
        How many runs, failed ones, whether the answer was clear.
    """

    runs: pd.DataFrame
    differences: pd.DataFrame
    league: pd.DataFrame
    groups: pd.DataFrame
    cascade: pd.DataFrame
    binding: pd.DataFrame
    money: pd.DataFrame
    costs: pd.DataFrame
    values: pd.DataFrame
    decomposition: pd.DataFrame
    variance: pd.DataFrame
    comparison: Comparison
    facts: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the data frames by name, without those whose runs nobody asked for."""
        found = {name: value for name, value in self._asdict().items() if isinstance(value, pd.DataFrame)}
        return {name: table for name, table in found.items() if len(table) or name not in WHERE_ASKED}


def main_differences(request: Request, folder: Path) -> dict[str, np.ndarray]:
    """Return the paired differences of the main outcome to the reference by strategy.

    One for every seed; with several draws one for every draw, the mean of its seeds.
    """
    runs = read_runs(folder, ["strategy", "draw", "replication", "status", request.outcome])
    table = runs[runs["status"] == DONE].pivot_table(
        index=["draw", "replication"], columns="strategy", values=request.outcome
    )
    reference = request.study.reference
    apart = {
        name: (table[name] - table[reference]).dropna()
        for name in request.names
        if name != reference and {name, reference} <= set(table.columns)
    }
    return {
        name: (each.groupby("draw").mean() if request.draws > 1 else each).to_numpy()
        for name, each in apart.items()
    }


class ComparisonError(RuntimeError):
    """Too few runs succeeded; ``failed`` are how many did not."""

    def __init__(self, failed: int) -> None:
        super().__init__(f"no draw and seed has succeeded under all strategies; {failed} runs failed")
        self.failed = failed


def tables_of(request: Request, folder: Path) -> Compared:
    """Return the tables of the runs of a folder."""
    found, failed = read_comparison(request, folder)
    parts = decompositions(request, folder)
    states = {
        name: how_well_known(differences) for name, differences in main_differences(request, folder).items()
    }
    return Compared(
        runs=found.runs_table().assign(draw=_draws_of(found)),
        differences=found.differences_table(),
        league=league_table(found),
        groups=groups_table(found),
        cascade=cascade_table(found),
        binding=binding_table(found),
        money=money_table(found),
        costs=cost_table(found),
        values=value_table(found),
        decomposition=decomposition_table(parts),
        variance=found.variance_table(),
        comparison=found,
        facts={
            "outcome": request.outcome,
            "runs_compared": len(found.seeds) * len(found.strategies),
            "replications": len(found.seeds),
            "draws": len(set(found.draws)),
            "failed": failed,
            "answers": states,
            "arms": len(request.arms),
        },
    )


def _draws_of(found: Comparison) -> np.ndarray:
    return np.tile(found.draws or (0,) * len(found.seeds), len(found.strategies))


def how_well_known(differences: np.ndarray) -> str:
    """Return `SETTLED` where the half-width is under a tenth of the effect, else the verdict on its sign."""
    if enough_replications(differences, at_least=2):
        return SETTLED
    return verdict(t_interval(differences))


def read_comparison(request: Request, folder: Path) -> tuple[Comparison, int]:
    """Return the comparison of the draws and seeds that succeeded under all strategies, and failed runs.

    Raises
    ------
    ComparisonError
        If none did.
    """
    runs = read_runs(folder)
    failed = int((runs["status"] == FAILED).sum())
    done = runs[(runs["status"] == DONE) & runs["strategy"].isin(request.names)]
    whole = done.groupby(["draw", "replication"])["strategy"].transform("size") == len(request.names)
    done = done[whole].sort_values(["draw", "replication"], kind="stable")
    if done.empty:
        raise ComparisonError(failed)
    arrays = read_details(folder)
    digests, exchanges = {}, {}
    for name in request.names:
        rows = done[done["strategy"] == name]
        digests[name] = [_digest(row, arrays) for row in rows.to_dict("records")]
        if name != request.study.reference:
            exchanges[name] = [
                Exchange(*(int(row[f"{EXCHANGED}{field}"]) for field in Exchange._fields))
                for row in rows.to_dict("records")
            ]
    draws = done.loc[done["strategy"] == request.names[0], "draw"]
    return Comparison(with_same_desks(digests), exchanges, tuple(int(draw) for draw in draws)), failed


def _digest(row: Mapping[str, Any], arrays: Mapping[int, Mapping[str, np.ndarray]]) -> Digest:
    known = catalogue().measures
    outcomes = {k: float(v) for k, v in row.items() if k in known and not str(k).startswith(EXCHANGED)}
    return digest_from(str(row["strategy"]), int(row["seed"]), outcomes, arrays[int(row["number"])])


def decompositions(request: Request, folder: Path) -> dict[str, Decomposition]:
    """Return what caused the change, for every strategy but the one without programme."""
    if not request.arms:
        return {}
    runs = read_runs(folder, ["number", "strategy", "draw", "replication", "seed", "status"])
    runs = runs[runs["status"] == DONE]
    wanted = {*request.names, *request.arms}
    runs = runs[runs["strategy"].isin(wanted)]
    whole = runs.groupby(["draw", "replication"])["strategy"].transform("nunique") == len(wanted)
    runs = runs[whole].sort_values(["draw", "replication"], kind="stable")
    if runs["seed"].nunique() < 2:
        return {}
    arrays = read_details(folder)
    digests = {
        name: [_digest(row, arrays) for row in runs[runs["strategy"] == name].to_dict("records")]
        for name in wanted
    }
    return {
        name: decomposition_of(
            digests[name], digests[f"{name} {ALONE}"], digests[BASE], digests[f"{BASE} {ALONE}"]
        )
        for name in request.names
        if name != BASE
    }
