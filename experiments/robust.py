"""Which choice holds where numbers are not known: regret, targets, where a strategy fails, what to learn.

``robustness`` from a notebook returns tidy data frames; ``python run.py robustness`` writes them with
pictures and sentences. It asks the draws of a sweep or comparison and makes no runs.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.bank import MOST_ANALYSED, Bank, check_outcome, in_numbers, read_bank
from experiments.indices import LEAST_DRAWS
from experiments.prim import Box, find_box
from experiments.value import worth_of, worth_of_all
from model.problems import InputError, Problem
from results.league import MAIN, REGRET_PERCENTILE, regret_of
from results.measures.catalogue import measure
from results.measures.intervals import CONFIDENCE, t_interval
from results.measures.ratios import Floats
from results.wording import significant

MOST_BOXES, MOST_SEARCHED = 6, 1_000
"""Strategies (of least regret first) for which it is searched where they fail; draws that are searched."""
TARGET_DIGITS = 2
LEAST_STRATEGIES, LEAST_VALUES = 2, 2


class Robust(NamedTuple):
    """Which choice holds, as tidy data frames.

    Attributes
    ----------
    regret
        A row per ``strategy``, that of least mean regret first: ``mean`` of the outcome over the draws with
        interval ``low``, ``high``; ``regret_mean``, ``regret_90`` (90th percentile), ``regret_max``: what it
        loses against the best of the table in the same draw, in units of the outcome; ``best_share`` of the
        draws in which it is best; ``reached_share`` of the draws in which it reaches the target, with
        interval ``reached_low``, ``reached_high`` (Wilson).
    boxes
        A row per ``strategy`` and limit: ``parameter``, ``low``, ``high`` (infinite where there is no limit),
        and of the whole box ``density`` (share of its draws that miss the target), ``coverage`` (share of
        all misses that lie in it), ``mass`` (share of all draws), ``chance`` (how often shuffled data give
        as good a box), ``sharp``. A strategy for which there is no box has no row.
    worth
        A row per ``parameter``: ``value`` of knowing it before choosing, in units of the outcome, with
        interval ``low``, ``high``; ``noise``: what a parameter that does nothing seems worth; ``clear``.
    bank, outcome, target
        What was asked; the target in the unit of the outcome.
    facts
        ``values`` (draws, or runs where there are none), ``worth_of_all`` (of knowing all numbers that are
        drawn), ``misses`` by strategy, ``strategies_left_out`` for want of the outcome.
    """

    regret: pd.DataFrame
    boxes: pd.DataFrame
    worth: pd.DataFrame
    bank: Bank
    outcome: str
    target: float
    facts: dict[str, Any]


BOX_COLUMNS = ["strategy", "parameter", "low", "high", "density", "coverage", "mass", "chance", "sharp"]
WORTH_COLUMNS = ["parameter", "value", "low", "high", "noise", "clear"]


def robustness(folder: Path | str, *, outcome: str = MAIN, target: float | None = None) -> Robust:
    """Say which strategy of a sweep or comparison holds.

    Parameters
    ----------
    folder
        Of a sweep or comparison with two strategies or more.
    outcome
        What is judged.
    target
        What a strategy must reach (at most, where less is better), in its unit; by default the mean of the
        best strategy.

    Raises
    ------
    InputError
        If there are fewer than two strategies, or fewer than two draws or seeds.
    """
    check_outcome(outcome)
    return judged(read_bank(Path(folder)), outcome, target)


def judged(bank: Bank, outcome: str = MAIN, target: float | None = None) -> Robust:
    """Return what :func:`robustness` says of a bank; ``target`` in the unit of the outcome.

    Raises
    ------
    InputError
        If there are too few draws or strategies.
    """
    drawn = bank.draws.shape[1] > 0
    values = pd.DataFrame(
        {
            name: bank.by_draw(outcome, name) if drawn else bank.by_run(outcome, name)
            for name in bank.strategies
        }
    ).dropna(axis=1)
    if values.shape[1] < LEAST_STRATEGIES or len(values) < LEAST_VALUES:
        place = {"folder": str(bank.folder), "strategies": values.shape[1], "n": len(values)}
        raise InputError([Problem("robust.too_few", place)])
    better = measure(outcome).better
    sign = 1 if better == "higher" else -1
    best = values.mean().max() if sign > 0 else values.mean().min()
    aim = significant(float(best), TARGET_DIGITS) if target is None else target
    misses = sign * (values - aim) < 0
    regret = regret_table(values, better, ~misses)
    enough = drawn and len(values) >= LEAST_DRAWS
    x, few = in_numbers(bank.draws), bank.some_draws(MOST_SEARCHED)
    asked = bank.some_draws(MOST_ANALYSED)
    names = [str(name) for name in bank.draws.columns]
    facts = {
        "values": "draws" if drawn else "runs",
        "n": len(values),
        "misses": {str(name): int(misses[name].sum()) for name in misses},
        "worth_of_all": worth_of_all(sign * values.to_numpy()) if enough else float("nan"),
        "strategies_left_out": [name for name in bank.strategies if name not in values],
    }
    return Robust(
        regret,
        boxes_table(regret["strategy"].tolist()[:MOST_BOXES], misses.iloc[few], x[few], names, enough=enough),
        worth_table(sign * values.to_numpy()[asked], x[asked], names)
        if enough
        else pd.DataFrame(columns=WORTH_COLUMNS),
        bank,
        outcome,
        aim,
        facts,
    )


def regret_table(values: pd.DataFrame, better: str, reached: pd.DataFrame) -> pd.DataFrame:
    """Return a row per strategy; see :class:`Robust`."""
    regret = regret_of(values.to_numpy().T, better)
    rows = []
    for name, lost in zip(values.columns, regret, strict=True):
        level = t_interval(values[name].to_numpy())
        hits = stats.binomtest(int(reached[name].sum()), len(values))
        wilson = hits.proportion_ci(CONFIDENCE, method="wilson")
        rows.append(
            {
                "strategy": name,
                "mean": level.estimate,
                "low": level.low,
                "high": level.high,
                "regret_mean": float(lost.mean()),
                "regret_90": float(np.percentile(lost, REGRET_PERCENTILE)),
                "regret_max": float(lost.max()),
                "best_share": float((lost == 0).mean()),
                "reached_share": float(hits.statistic),
                "reached_low": float(wilson.low),
                "reached_high": float(wilson.high),
            }
        )
    return pd.DataFrame(rows).sort_values("regret_mean", kind="stable", ignore_index=True)


def boxes_table(
    strategies: list[str], misses: pd.DataFrame, x: Floats, names: list[str], *, enough: bool
) -> pd.DataFrame:
    """Return a row per limit, in the parameter's unit, of the box in which a strategy misses the target."""
    rows = []
    for strategy in strategies if enough else ():
        box = find_box(x, misses[strategy].to_numpy())
        if box is not None:
            rows += [_limit(strategy, names[k], k, box) for k in box.limited]
    return pd.DataFrame(rows, columns=BOX_COLUMNS)


def _limit(strategy: str, parameter: str, k: int, box: Box) -> dict[str, Any]:
    whole = {"density": box.density, "coverage": box.coverage, "mass": box.mass, "chance": box.chance}
    limit = {"parameter": parameter, "low": float(box.low[k]), "high": float(box.high[k])}
    return {"strategy": strategy, **limit, **whole, "sharp": box.is_sharp}


def worth_table(benefit: Floats, x: Floats, names: list[str]) -> pd.DataFrame:
    """Return a row per parameter, the most valuable first, in the benefit's unit; see :class:`Robust`."""
    rows = []
    for name, column in zip(names, x.T, strict=True):
        found = worth_of(column, benefit, len(names))
        rows.append({"parameter": name, **found._asdict(), "clear": found.clear})
    return pd.DataFrame(rows, columns=WORTH_COLUMNS).sort_values("value", ascending=False, ignore_index=True)
