"""Sentences on what drives an outcome: never more than the draws can tell."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from model.text import text
from results.measures.catalogue import measure
from results.parameter_words import parameter_label
from results.strategy_words import strategy_phrase
from results.wording import (
    WRITERS,
    in_sentence,
    listing,
    number,
    percent,
    scale_of,
    signed,
    unit_of_difference,
)

MOST_NAMED, MOST_WEAK = 3, 5


class Driven(NamedTuple):
    """An outcome of a strategy, or its difference to a reference, and what drives it.

    ``table`` has a row per parameter as :mod:`experiments.indices` makes it; ``kind`` is how the outcome is
    written: "share", "months" or "number"; ``middle`` its mean over all draws.
    """

    outcome: str
    kind: str
    strategy: str
    reference: str
    table: pd.DataFrame
    middle: float


def about_what(driven: Driven, language: str) -> str:
    """Return "effective coverage under …", or "the change of effective coverage …, against …"."""
    return text(
        "sensing.gain" if driven.reference else "sensing.level",
        language,
        outcome=in_sentence(measure(driven.outcome).label.text(language), language),
        strategy=strategy_phrase(driven.strategy, language),
        reference=strategy_phrase(driven.reference, language) if driven.reference else "",
    )


def drivers_sentence(driven: Driven, method: str, language: str = "en") -> str:
    """Say which parameter moves an outcome most, how far, and what comes next."""
    table = driven.table.sort_values("rank")
    clear = table[table["clear"]]
    what = about_what(driven, language)
    if clear.empty:
        return text("sensing.drivers.none", language, what=what)
    first = clear.iloc[0]
    sentence = text(
        f"sensing.drivers.{method}",
        language,
        what=what,
        first=quoted(first["parameter"], language),
        **_numbers(driven, first, method, language),
    )
    others = [quoted(name, language) for name in clear["parameter"][1 : 1 + MOST_NAMED]]
    if others:
        sentence += text("sensing.drivers.then", language, names=listing(others, language))
    return sentence


def quoted(parameter: str, language: str) -> str:
    """Return the label of a parameter as it stands in a sentence."""
    return text("words.quoted", language, name=parameter_label(parameter, language))


def _numbers(driven: Driven, row: pd.Series, method: str, language: str) -> dict[str, str]:
    if method == "sobol":
        return {name: percent(min(row[name], 1.0), language, 0) for name in ("index", "low", "high")}
    if method == "morris":
        return {"index": amount(driven, row["index"], language, difference=True)}
    return {end: amount(driven, row[f"at_{end}"], language) for end in ("low", "high")}


def amount(driven: Driven, value: float, language: str, *, difference: bool = False) -> str:
    """Write a value of the outcome; differences of shares in percentage points."""
    if not (driven.reference or difference):
        return WRITERS[driven.kind](value, language)
    written = WRITERS[unit_of_difference(driven.kind)](value, language)
    return written.lstrip("+") if difference else written


def bare_amount(driven: Driven, value: float, language: str) -> str:
    """Write a value of the outcome without its unit, for cells."""
    if driven.kind == "number":
        return number(value, language)
    scaled = scale_of(driven.kind) * value
    return signed(scaled) if driven.reference else signed(scaled).lstrip("+")


def drivers_caption(driven: Driven, method: str, language: str = "en") -> str:
    """Return the sentence below the picture, with how its colours are to be read."""
    faint = "" if driven.table["clear"].all() else text("sensing.faint", language)
    return drivers_sentence(driven, method, language) + faint


def weak_sentence(driven: Driven, language: str = "en") -> str:
    """Name what cannot be told from a parameter that does nothing; empty where there is none."""
    weak = driven.table[~driven.table["clear"]]
    if weak.empty or len(weak) == len(driven.table):
        return ""
    names = [quoted(name, language) for name in weak.sort_values("rank")["parameter"]]
    if len(names) > MOST_WEAK:
        more = text("sensing.more", language, n=len(names) - MOST_WEAK + 1)
        names = [*names[: MOST_WEAK - 1], more]
    return text("sensing.weak", language, names=listing(names, language))


def variance_sentence(driven: Driven, share: float, language: str = "en") -> str:
    """Say how much of the variance comes from what is not known; empty where it cannot be told."""
    if not np.isfinite(share):
        return text("sensing.variance.unknown", language)
    what = about_what(driven, language)
    return text(
        "sensing.variance", language, what=what, draws=percent(share, language, 0),
        chance=percent(1 - share, language, 0),
    )  # fmt: skip
