"""The league table of strategies: levels, ranks that say no more than is known, and regret.

Two strategies share a rank where their paired difference cannot be told from nothing. Regret is what a
strategy loses against the best of the table in the same run, so it asks "how wrong would this choice have
been?" draw by draw and seed by seed.
"""

import numpy as np
import pandas as pd

from results.comparison import Comparison
from results.measures.catalogue import measure
from results.measures.intervals import HIGHER, LOWER
from results.measures.ratios import Floats

MAIN = "effective_coverage_share"
"""The outcome that strategies are ranked by unless a user names another."""
REGRET_PERCENTILE = 90
LEAGUE_OUTCOMES = (
    ("effective_coverage_share", "share"),
    ("in_time_of_filed_share", "share"),
    ("unmet_needs", "number"),
    ("spells_served", "number"),
    ("wait_alone_months", "months"),
    ("wait_helped_months", "months"),
    ("programme_yuan", "number"),
    ("cost_yuan", "number"),
)
"""Outcomes of the first table and how they are written."""


def league_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × outcome: mean with its interval, rank, share of runs in which it is best, regret.

    Columns: ``outcome``, ``strategy``, ``mean``, ``low``, ``high``, ``runs``; ``rank`` (1 is best; shared
    where the difference cannot be told), ``best_share``, ``regret_mean``, ``regret_90`` (90th percentile) and
    ``regret_max`` in units of the outcome. The last five are missing for outcomes of which neither more nor
    less is better, and where a strategy has no value in some run.
    """
    rows = []
    for outcome in found.first.outcomes:
        values = np.array([found.values(name, outcome) for name in found.strategies])
        better = measure(outcome).better
        ranked = better != "neither" and bool(np.isfinite(values).all())
        ranks = ranks_of(found, outcome) if ranked else {}
        regret = regret_of(values, better) if ranked else np.full(values.shape, np.nan)
        for k, name in enumerate(found.strategies):
            level = found.level(name, outcome)
            rows.append(
                {
                    "outcome": outcome,
                    "strategy": name,
                    "mean": level.estimate,
                    "low": level.low,
                    "high": level.high,
                    "runs": values.shape[1],
                    "rank": ranks.get(name),
                    "best_share": float((regret[k] == 0).mean()) if ranked else np.nan,
                    "regret_mean": float(regret[k].mean()),
                    "regret_90": float(np.percentile(regret[k], REGRET_PERCENTILE)),
                    "regret_max": float(regret[k].max()),
                }
            )
    table = pd.DataFrame(rows)
    return table.astype({"rank": "Int64"})


def regret_of(values: Floats, better: str) -> Floats:
    """Return how much worse each strategy is than the best of the same run, shape (strategies, runs).

    Parameters
    ----------
    values
        Shape (strategies, runs), in one unit, which regret has too.
    better
        "higher" or "lower".
    """
    gains = values if better == "higher" else -values
    regret: Floats = gains.max(axis=0) - gains
    return regret


def ranks_of(found: Comparison, outcome: str) -> dict[str, int]:
    """Return the rank of every strategy; those that cannot be told from the leader of a rank share it."""
    sign = 1 if measure(outcome).better == "higher" else -1
    order = sorted(found.strategies, key=lambda name: -sign * float(found.values(name, outcome).mean()))
    ranks: dict[str, int] = {}
    leader = order[0]
    for position, name in enumerate(order, start=1):
        clear = found.difference(name, leader, outcome).verdict in (HIGHER, LOWER)
        if position == 1 or clear:
            leader, ranks[name] = name, position
        else:
            ranks[name] = ranks[leader]
    return ranks


def in_order(found: Comparison) -> list[str]:
    """Return the strategies from the best to the worst by the mean of the main outcome."""
    sign = -1 if measure(MAIN).better == "lower" else 1
    means = {name: float(np.nanmean(found.values(name, MAIN))) for name in found.strategies}
    return sorted(found.strategies, key=lambda name: -sign * means[name])
