"""Sentences on which choice holds: regret, targets, boxes of failure, what would be worth knowing."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from model.declarations import declarations
from model.text import text
from results.measures.catalogue import measure
from results.measures.intervals import Interval
from results.parameter_words import parameter_value, setting_words
from results.sensing_words import quoted
from results.strategy_words import strategy_name, strategy_phrase
from results.wording import (
    COMMAS,
    WRITERS,
    between,
    in_sentence,
    number,
    percent,
    scale_of,
    unit_of_difference,
    with_unit,
)

CHANCE = 0.05
"""A box that shuffled data give as good as often as this is no finding."""


class Judged(NamedTuple):
    """What pictures and sentences need: tables of :mod:`experiments.robust`; terms in the outcome's unit."""

    regret: pd.DataFrame
    boxes: pd.DataFrame
    worth: pd.DataFrame
    outcome: str
    kind: str
    target: float
    first: str
    worth_of_all: float
    misses: dict[str, int]
    n: int
    values: str


def outcome_words(found: Judged, language: str) -> str:
    """Return the name of the outcome as it stands in a sentence."""
    return in_sentence(measure(found.outcome).label.text(language), language)


def loss(found: Judged, value: float, language: str, *, bare: bool = False) -> str:
    """Write a difference of the outcome: shares in percentage points."""
    if found.kind == "number":
        return number(value, language)
    written = f"{scale_of(found.kind) * value:.1f}".replace("-", "−")
    return written if bare else with_unit(written, unit_of_difference(found.kind), language)


def regret_sentence(found: Judged, language: str = "en") -> str:
    """Say which strategy is regretted least, and how much it can lose."""
    best = found.regret.iloc[0]
    values = text(f"robust.{found.values}", language, n=found.n)
    if best["best_share"] == 1:
        return text(
            "robust.regret.always", language, name=strategy_name(best["strategy"], language), values=values
        )
    sentence = text(
        "robust.regret",
        language,
        name=strategy_name(best["strategy"], language),
        outcome=outcome_words(found, language),
        mean=loss(found, best["regret_mean"], language),
        ninety=loss(found, best["regret_90"], language),
        most=loss(found, best["regret_max"], language),
        share=percent(best["best_share"], language, 0),
        values=values,
    )
    careful = found.regret.loc[found.regret["regret_max"].idxmin()]
    if careful["strategy"] != best["strategy"]:
        sentence += text(
            "robust.regret.careful",
            language,
            name=strategy_name(careful["strategy"], language),
            most=loss(found, careful["regret_max"], language),
        )
    return sentence


def target_sentence(found: Judged, language: str = "en") -> str:
    """Say how often the target is reached by the strategy that reaches it most, and by the first."""
    rows = found.regret.set_index("strategy")
    best = rows["reached_share"].idxmax()
    write = WRITERS[found.kind]
    key = "least" if measure(found.outcome).better == "higher" else "most"
    sentence = text(
        f"robust.target.{key}",
        language,
        strategy=strategy_phrase(str(best), language),
        outcome=measure(found.outcome).label.text(language),
        target=write(found.target, language),
        share=reached(rows.loc[best], found.n, language),
    )
    if found.first in rows.index and best != found.first:
        share = reached(rows.loc[found.first], found.n, language)
        first = strategy_phrase(found.first, language)
        sentence += text("robust.target.first", language, first=first, share=share)
    return sentence + text("robust.stop", language)


def reached(row: pd.Series, n: int, language: str) -> str:
    """Write the share of draws that reach the target with its interval."""
    interval = Interval(row["reached_share"], row["reached_low"], row["reached_high"], n)
    low_high = between(interval, language, "share") if 0 < interval.estimate < 1 else ""
    share = percent(interval.estimate, language, 0)
    ends = [percent(end, language, 0) for end in (interval.low, interval.high)]
    return text("robust.between", language, share=share, low=ends[0], high=ends[1]) if low_high else share


def box_sentences(found: Judged, language: str = "en") -> list[str]:
    """Say of every strategy that was searched where it misses the target, in words."""
    said = []
    for strategy, rows in found.boxes.groupby("strategy", sort=False):
        if rows["chance"].iloc[0] < CHANCE:
            said.append(box_sentence(found, str(strategy), rows, language))
    if not said and len(found.worth):
        said.append(text("robust.box.none", language))
    return said


def box_sentence(found: Judged, strategy: str, rows: pd.DataFrame, language: str = "en") -> str:
    """Say where one strategy misses the target."""
    limits = [limit_words(row, language) for row in rows.to_dict("records")]
    first = rows.iloc[0]
    return text(
        "robust.box" if first["sharp"] else "robust.box.blurred",
        language,
        strategy=strategy_name(strategy, language),
        limits=text("robust.and", language).join(limits),
        density=percent(first["density"], language, 0),
        coverage=percent(first["coverage"], language, 0),
        all=percent(found.misses[strategy] / found.n, language, 0),
    )


def limit_words(row: dict[str, object], language: str = "en") -> str:
    """Write a limit: "'Patience' is under 0.8 times", "'peers' is off"."""
    name, low, high = str(row["parameter"]), float(str(row["low"])), float(str(row["high"]))
    declared = declarations()[name]
    label = quoted(name, language)
    if declared.type == "switch":
        return text(f"robust.limit.{'on' if np.isfinite(low) else 'off'}", language, name=label)
    if declared.type == "choice":
        inside = [
            setting_words(name, choice, language)
            for k, choice in enumerate(declared.choices)
            if low < k < high
        ]
        return text("robust.limit.choice", language, name=label, choices=COMMAS[language].join(inside))
    ends = {end: parameter_value(name, value, language) for end, value in (("low", low), ("high", high))
            if np.isfinite(value)}  # fmt: skip
    key = "between" if len(ends) > 1 else "above" if "low" in ends else "under"
    return text(f"robust.limit.{key}", language, name=label, **ends)


def worth_sentence(found: Judged, language: str = "en") -> str:
    """Say which parameter would be worth knowing before choosing; empty where it was not asked."""
    if found.worth.empty:
        return ""
    clear = found.worth[found.worth["clear"]]
    everything = loss(found, found.worth_of_all, language)
    if found.worth_of_all == 0:
        return text("robust.worth.same", language)
    if clear.empty:
        return text("robust.worth.none", language, all=everything)
    best = clear.iloc[0]
    return text(
        "robust.worth",
        language,
        name=quoted(best["parameter"], language),
        outcome=outcome_words(found, language),
        value=loss(found, best["value"], language),
        low=loss(found, best["low"], language, bare=True),
        high=loss(found, best["high"], language, bare=True),
        all=everything,
    )


def robust_sentences(found: Judged, language: str = "en") -> list[str]:
    """Return what was found, in words."""
    said = [regret_sentence(found, language), target_sentence(found, language)]
    return [*said, *box_sentences(found, language), *filter(None, [worth_sentence(found, language)])]
