"""Several strategies on the same random numbers: levels, paired differences, and what may be said of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.digest import Digest, Exchange
from results.measures.intervals import (
    Interval,
    PairedDifference,
    paired_difference,
    t_interval,
    variance_shares,
)
from results.measures.ratios import Floats

NINE_IN_TEN = (5, 95)
"""Percentiles of draws."""


class Spread(NamedTuple):
    """Where differences of single draws lie: nine in ten between the ends, a share of them above zero."""

    low: float
    high: float
    above_share: float


class Comparison(NamedTuple):
    """Digests by strategy, run by run; the k-th run has the same seed and the same draw in every strategy.

    ``exchanges`` holds, for every strategy but the first, what it gained and lost against it. ``draws`` gives
    the draw of uncertain numbers of every run where there are several: runs of one draw are then averaged
    before anything is said about the draws.
    """

    digests: Mapping[str, Sequence[Digest]]
    exchanges: Mapping[str, Sequence[Exchange]]
    draws: tuple[int, ...] = ()

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(self.digests)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the replications."""
        return tuple(run.seed for run in next(iter(self.digests.values())))

    @property
    def first(self) -> Digest:
        """Any digest, for names and shapes."""
        return next(iter(self.digests.values()))[0]

    def values(self, strategy: str, outcome: str) -> Floats:
        """Return an outcome in every replication, in its unit of measure."""
        return np.array([run.outcomes[outcome] for run in self.digests[strategy]])

    def level(self, strategy: str, outcome: str) -> Interval:
        """Return the mean of an outcome with its interval."""
        return t_interval(self.by_draw(self.values(strategy, outcome)))

    def difference(self, strategy: str, reference: str, outcome: str) -> PairedDifference:
        """Return strategy minus reference, paired by draw and seed."""
        ours, theirs = (self.by_draw(self.values(name, outcome)) for name in (strategy, reference))
        return paired_difference(ours, theirs)

    def by_draw(self, values: NDArray) -> NDArray:
        """Return the means of the runs of each draw, or the values themselves where there is one draw.

        Runs stand in front, in any shape behind.
        """
        _, draw = np.unique(self.draws, return_inverse=True)
        if draw.size == 0 or draw.max() == 0:
            return values
        sums = np.zeros((draw.max() + 1, *values.shape[1:]))
        np.add.at(sums, draw, values)
        return sums / np.bincount(draw).reshape(-1, *(1,) * (values.ndim - 1))

    def spread_of(self, strategy: str, reference: str, outcome: str) -> Spread:
        """Return how far apart a paired difference lies from draw to draw; NaN without several draws."""
        apart = self.by_draw(self.values(strategy, outcome) - self.values(reference, outcome))
        apart = apart[np.isfinite(apart)]
        if len(set(self.draws)) < 2 or not len(apart):
            return Spread(float("nan"), float("nan"), float("nan"))
        low, high = np.percentile(apart, NINE_IN_TEN)
        return Spread(float(low), float(high), float((apart > 0).mean()))

    def variance_table(self) -> pd.DataFrame:
        """Return outcome × strategy: the share of variance from draws (not known) and from chance.

        Empty unless there are several draws with equally many runs, two or more, each.
        """
        _, draw = np.unique(self.draws, return_inverse=True)
        sizes = np.bincount(draw) if draw.size else np.zeros(0, dtype=int)
        columns = ["outcome", "strategy", "draws_share", "replications_share"]
        if len(sizes) < 2 or sizes.min() < 2 or sizes.min() != sizes.max():
            return pd.DataFrame(columns=columns)
        order = np.argsort(draw, kind="stable")
        rows = [
            (outcome, strategy, *variance_shares(table))
            for strategy in self.strategies
            for outcome in self.first.outcomes
            for table in (self.values(strategy, outcome)[order].reshape(len(sizes), -1),)
            if np.isfinite(table).all()
        ]
        return pd.DataFrame(rows, columns=columns)

    def stack(self, strategy: str, field: str, key: str | None = None) -> NDArray:
        """Return a field of the digests (or an entry of it), shape (replications or draws, ...)."""
        return self.by_draw(self.run_by_run(strategy, field, key))

    def run_by_run(self, strategy: str, field: str, key: str | None = None) -> NDArray:
        """Return a field of the digests (or an entry of it), shape (runs, ...): codes have no mean."""
        fields = [getattr(run, field) for run in self.digests[strategy]]
        return np.array([entry if key is None else entry[key] for entry in fields])

    def exchanged(self, strategy: str, part: str) -> NDArray:
        """Return what a strategy gained or lost against the first, one per replication or draw."""
        return self.by_draw(np.array([float(getattr(run, part)) for run in self.exchanges[strategy]]))

    def runs_table(self) -> pd.DataFrame:
        """Return one row per run: strategy, seed and every outcome, with what was gained and lost."""
        rows = []
        for strategy, runs in self.digests.items():
            exchanges = self.exchanges.get(strategy, [None] * len(runs))
            for run, given in zip(runs, exchanges, strict=True):
                exchanged = (
                    {f"needs_{name}": value for name, value in given._asdict().items()} if given else {}
                )
                rows.append({"strategy": strategy, "seed": run.seed, **run.outcomes, **exchanged})
        return pd.DataFrame(rows)

    def differences_table(self) -> pd.DataFrame:
        """Return every outcome of every pair of strategies: interval, verdict, pairing's worth.

        ``low`` and ``high`` hold the mean; with several draws nine in ten of their differences lie between
        ``draws_5`` and ``draws_95``, and ``draws_above_share`` of them are above zero.
        """
        rows = []
        for number, reference in enumerate(self.strategies):
            for strategy in self.strategies[number + 1 :]:
                for outcome in self.first.outcomes:
                    found = self.difference(strategy, reference, outcome)
                    spread = self.spread_of(strategy, reference, outcome)
                    rows.append(
                        {
                            "outcome": outcome,
                            "strategy": strategy,
                            "reference": reference,
                            "difference": found.difference.estimate,
                            "low": found.difference.low,
                            "high": found.difference.high,
                            "replications": found.difference.n,
                            "verdict": found.verdict,
                            "variance_removed_share": found.variance_removed,
                            "draws_5": spread.low,
                            "draws_95": spread.high,
                            "draws_above_share": spread.above_share,
                        }
                    )
        return pd.DataFrame(rows)

    def monthly_table(self) -> pd.DataFrame:
        """Return month × strategy × service: mean backlog and hours used, with the lowest and highest run."""
        rows = []
        for strategy in self.strategies:
            for field, measure in (("backlog", "backlog_months"), ("busy", "desk_hours_used_share")):
                values = self.stack(strategy, field)
                for k, service in enumerate(self.first.desks):
                    rows.append(
                        pd.DataFrame(
                            {
                                "strategy": strategy,
                                "service": service,
                                "measure": measure,
                                "month": np.arange(values.shape[-1]),
                                "mean": values[:, k].mean(axis=0),
                                "low": values[:, k].min(axis=0),
                                "high": values[:, k].max(axis=0),
                            }
                        )
                    )
        return pd.concat(rows, ignore_index=True)
