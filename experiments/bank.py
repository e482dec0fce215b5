"""A bank of runs: what a finished sweep or comparison left, draw by draw, for questions asked afterwards.

Nothing is run. Only draws and seeds that succeeded under every strategy count, so that strategies are always
compared on the same ones; how many others there are is told.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.asking import KIND as COMPARE
from experiments.draws import DRAW
from experiments.files import read_json
from experiments.store import ABOUT, DRAWS, RUNS, read_draws, read_runs
from experiments.study import DEFAULTS, DONE, FAILED, PLANNED
from experiments.sweeping import KIND as SWEEP
from experiments.sweeping import STRATEGIES
from model.declarations import declarations
from model.problems import InputError, Problem, nearest
from results.measures.catalogue import catalogue, measure
from results.measures.intervals import VarianceShares, variance_shares
from results.measures.ratios import Floats

KINDS = (SWEEP, COMPARE)
REPLICATION, STRATEGY = "replication", "strategy"
MOST_ANALYSED = 5_000
"""Draws that are asked what drives an outcome: more would tell little more and take long."""


class Bank(NamedTuple):
    """Runs of several strategies on the same draws and seeds.

    Attributes
    ----------
    about
        ``experiment.json`` of the folder.
    strategies
        In their order; the first is what the others are compared with. Those of a sweep have their levers in
        their names.
    draws
        A row per draw (index ``draw``), a column per uncertain number that differs between draws, as it was
        used; empty where there are no draws.
    values
        A row per draw and replication, columns (outcome, strategy).
    counts
        Runs that are ``done``, ``failed``, ``planned``, and ``left_out``: done, but not under all strategies.
    """

    folder: Path
    about: dict[str, Any]
    strategies: tuple[str, ...]
    draws: pd.DataFrame
    values: pd.DataFrame
    counts: dict[str, int]

    @property
    def world(self) -> str:
        """Name of the world."""
        return str(self.about["same"]["world"])

    @property
    def common_seeds(self) -> bool:
        """Whether all draws had the same seeds."""
        return self.about["same"].get("seeds", "separate") == "common"

    @property
    def n_replications(self) -> int:
        """Most seeds of a draw."""
        return int(self.values.groupby(DRAW).size().max())

    def by_run(self, outcome: str, strategy: str, reference: str = "") -> pd.Series:
        """Return an outcome, or its paired difference to a reference, by draw and replication."""
        own: pd.Series = self.values[outcome, strategy]
        return own - self.values[outcome, reference] if reference else own

    def by_draw(self, outcome: str, strategy: str, reference: str = "") -> pd.Series:
        """Return the same as means of each draw, so that chance is averaged out as far as there are seeds."""
        means: pd.Series = self.by_run(outcome, strategy, reference).groupby(DRAW).mean()
        return means

    def variance(
        self, outcome: str, strategy: str, reference: str = "", draws: Sequence[int] = ()
    ) -> VarianceShares | None:
        """Return the shares of draws and of chance; None without several draws of several seeds, all known.

        ``draws`` are those that are independent of each other; by default all.
        """
        table = self.by_run(outcome, strategy, reference).unstack(REPLICATION)
        table = table.loc[table.index.isin(draws) if len(draws) else table.index].dropna()
        if min(table.shape) < 2:
            return None
        return variance_shares(table.to_numpy(), crossed=self.common_seeds)

    def some_draws(self, most: int) -> NDArray[np.int64]:
        """Return positions of draws, shape (n,): all, or so many picked at random, always the same."""
        n = len(self.draws)
        if n <= most:
            return np.arange(n)
        return np.sort(np.random.default_rng(0).choice(n, most, replace=False))

    def outcomes(self) -> list[str]:
        """Return the outcomes of which more or less is better, in the order of the catalogue."""
        return [name for name in catalogue().measures if is_judged(name) and name in self.values.columns]


def is_judged(outcome: str) -> bool:
    """Whether more or less of an outcome is better."""
    return outcome in catalogue().measures and measure(outcome).better != "neither"


def check_outcome(outcome: str) -> str:
    """Return the name of an outcome that can be better or worse.

    Raises
    ------
    InputError
    """
    if not is_judged(outcome):
        known = [name for name in catalogue().measures if is_judged(name)]
        raise InputError([Problem("compare.outcome", {"name": outcome, "nearest": nearest(outcome, known)})])
    return outcome


def read_bank(folder: Path) -> Bank:
    """Read the runs of a sweep or comparison.

    Raises
    ------
    InputError
        If the folder holds none, or no draw and seed has succeeded under all strategies.
    """
    place = {"folder": str(folder)}
    about = _about(folder)
    kind = about["same"]["kind"]
    if kind not in KINDS or not (folder / RUNS).is_file():
        raise InputError([Problem("sensing.no_bank", place)])
    runs = read_runs(folder)
    if kind == COMPARE:
        strategies = tuple(about["strategies"])
        runs = runs[runs[STRATEGY].isin(strategies)]
    else:
        strategies = tuple(pd.read_parquet(folder / STRATEGIES)[STRATEGY])
    state = runs["status"].value_counts().to_dict()
    counts = {status: int(state.get(status, 0)) for status in (DONE, FAILED, PLANNED)}
    measured = [name for name in runs.columns if name in catalogue().measures]
    done = runs[runs["status"] == DONE]
    values = done.pivot_table(
        index=[DRAW, REPLICATION], columns=STRATEGY, values=measured, dropna=False, observed=True
    )
    whole = done.groupby([DRAW, REPLICATION]).size().eq(len(strategies))
    values = values.loc[whole[whole].index] if len(values) else values
    if values.empty:
        raise InputError([Problem("sensing.nothing_done", {**place, **counts})])
    counts["left_out"] = counts[DONE] - len(values) * len(strategies)
    return Bank(folder, about, strategies, _drawn(folder, values), values, counts)


def _about(folder: Path) -> dict[str, Any]:
    """Return what ``experiment.json`` says, of no kind where there is none that can be read."""
    try:
        about: dict[str, Any] = read_json(folder / ABOUT)
        return about if about["same"]["kind"] else {"same": {"kind": ""}}
    except (OSError, ValueError, KeyError, TypeError):
        return {"same": {"kind": ""}}


def _drawn(folder: Path, values: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of the draws in use, defaults filled in, without those that are all alike."""
    used = values.index.unique(DRAW)
    if DEFAULTS in used or not (folder / DRAWS).is_file():
        return pd.DataFrame(index=used)
    table = read_draws(folder).set_index(DRAW).loc[used]
    table = table[[name for name in table.columns if name in declarations()]]
    filled = table.astype(object).where(table.notna(), None)
    for name in filled:
        default = declarations()[name].default
        filled[name] = [default if value is None else value for value in filled[name]]
    return filled[[name for name in filled if filled[name].nunique() > 1]].infer_objects()


def in_numbers(draws: pd.DataFrame) -> Floats:
    """Return draws as numbers in declared units, shape (draws, parameters): choices by their place there."""
    columns = [
        [declarations()[str(name)].as_number(value) for value in draws[name].tolist()] for name in draws
    ]
    return np.array(columns, dtype=np.float64).reshape(len(columns), len(draws)).T
