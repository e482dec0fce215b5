"""Several strategies on the same random numbers: levels, paired differences, and what may be said of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.digest import Digest, Exchange
from results.measures.intervals import Interval, PairedDifference, paired_difference, t_interval
from results.measures.ratios import Floats


class Comparison(NamedTuple):
    """Digests by strategy, replication by replication; replication k has the same seed in every strategy.

    ``exchanges`` holds, for every strategy but the one without programme, what it gained and lost against it.
    """

    digests: Mapping[str, Sequence[Digest]]
    exchanges: Mapping[str, Sequence[Exchange]]

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
        """Return an outcome in every replication."""
        return np.array([run.outcomes[outcome] for run in self.digests[strategy]])

    def level(self, strategy: str, outcome: str) -> Interval:
        """Return the mean of an outcome with its interval."""
        return t_interval(self.values(strategy, outcome))

    def difference(self, strategy: str, reference: str, outcome: str) -> PairedDifference:
        """Return strategy minus reference, paired by seed."""
        return paired_difference(self.values(strategy, outcome), self.values(reference, outcome))

    def stack(self, strategy: str, field: str, key: str | None = None) -> NDArray:
        """Return a field of the digests (or an entry of it) with the replications in front."""
        fields = [getattr(run, field) for run in self.digests[strategy]]
        return np.array([entry if key is None else entry[key] for entry in fields])

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
        """Return every outcome of every pair of strategies: interval, verdict, pairing's worth."""
        rows = []
        for number, reference in enumerate(self.strategies):
            for strategy in self.strategies[number + 1 :]:
                for outcome in self.first.outcomes:
                    found = self.difference(strategy, reference, outcome)
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
