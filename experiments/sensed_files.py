"""The files and sentences of an analysis of sensitivity."""

from pathlib import Path

import numpy as np

from experiments.bank import Bank, in_numbers
from experiments.draws import MORRIS, ONE_AT_A_TIME
from experiments.indices import PAWN
from experiments.one_by_one import BASE_DRAW
from experiments.sensing import Sensed, Target
from model.text import text
from results.figures.sensing.interactions import bending, grid, matrix
from results.figures.sensing.tornado import tornado
from results.measures.catalogue import measure
from results.saving import save_results
from results.sensing_words import Driven, drivers_sentence, variance_sentence, weak_sentence
from results.style import Picture

INDICES, PAIRS, VARIANCE = "sensitivity", "sensitivity_pairs", "sensitivity_variance"
KINDS = {"share": "share", "months": "months"}
"""How outcomes are written, by their unit; all others as numbers."""


def kind_of(outcome: str) -> str:
    """Return how an outcome is written: "share", "months" or "number"."""
    return KINDS.get(measure(outcome).unit, "number")


def best_first(bank: Bank, outcome: str) -> list[str]:
    """Return the strategies from the best to the worst by the mean of an outcome over all draws."""
    sign = 1 if measure(outcome).better == "lower" else -1
    means = {name: float(bank.by_draw(outcome, name).mean()) for name in bank.strategies}
    return sorted(
        bank.strategies, key=lambda name: sign * means[name] if np.isfinite(means[name]) else np.inf
    )


def pictured(bank: Bank, outcome: str) -> list[Target]:
    """Return what pictures are about: the best strategy, and its difference to the first.

    Where the first is the best, the difference is that of the next best to it.
    """
    order = best_first(bank, outcome)
    first = bank.strategies[0]
    others = [name for name in order if name != first]
    return [(order[0], ""), *([(others[0], first)] if others else [])]


def driven_of(sensed: Sensed) -> list[Driven]:
    """Return what pictures and sentences are about, as far as its indices are known."""
    found = []
    for target in pictured(sensed.bank, sensed.outcome):
        table = sensed.of(target)
        if len(table):
            values = sensed.bank.by_draw(sensed.outcome, *target)
            moved = sensed.method == ONE_AT_A_TIME
            middle = float(values.loc[BASE_DRAW] if moved else values.mean())
            found.append(Driven(sensed.outcome, kind_of(sensed.outcome), *target, table, middle))
    return found


def pictures_of(sensed: Sensed, language: str = "en") -> dict[str, Picture]:
    """Return the pictures: ``drivers``, and ``meeting`` of what parameters do together to the last target."""
    driven = driven_of(sensed)
    if not driven:
        return {}
    last = driven[-1]
    target = (last.strategy, last.reference)
    meeting: Picture | None = None
    if sensed.method == PAWN:
        order = last.table["parameter"].tolist()
        values = sensed.bank.by_draw(sensed.outcome, *target).to_numpy()
        meeting = grid(last, in_numbers(sensed.bank.draws[order]), values, language)
    elif sensed.method == MORRIS:
        meeting = bending(last, language)
    elif sensed.method != ONE_AT_A_TIME:
        meeting = matrix(last, sensed.pairs_of(target), language)
    drawn = [tornado(driven, sensed.method, language), meeting]
    return {picture.name: picture for picture in drawn if picture is not None}


def sentences_of(sensed: Sensed, language: str = "en") -> list[str]:
    """Return what was found, in words."""
    driven = driven_of(sensed)
    said = [drivers_sentence(each, sensed.method, language) for each in driven]
    for each in driven[-1:]:
        said.append(weak_sentence(each, language))
        if sensed.method == ONE_AT_A_TIME:
            said.append(text("sensing.one_at_a_time", language))
            continue
        share = sensed.variance_of((each.strategy, each.reference))
        said.append(variance_sentence(each, share, language))
    return [sentence for sentence in said if sentence]


def write_sensitivity(sensed: Sensed, language: str = "en") -> list[Path]:
    """Write tables and pictures into the folder of the runs and return their paths."""
    tables = {INDICES: sensed.indices, VARIANCE: sensed.variance, PAIRS: sensed.pairs}
    kept = {name: table for name, table in tables.items() if name != PAIRS or len(table)}
    return save_results(sensed.bank.folder, pictures_of(sensed, language), kept, language, csv=[INDICES])
