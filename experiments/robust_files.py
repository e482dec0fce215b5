"""The files of an analysis of robustness."""

from pathlib import Path

import pandas as pd

from experiments.bank import in_numbers
from experiments.robust import MOST_SEARCHED, Robust
from experiments.sensed_files import kind_of
from results.figures.sensing.holding import fails, regrets, telling_box, worths
from results.robust_words import Judged
from results.saving import save_results
from results.style import Picture

REGRET, BOXES, WORTH = "robustness", "robustness_boxes", "robustness_worth"


def judged_of(found: Robust) -> Judged:
    """Return what pictures and sentences are made from."""
    return Judged(
        found.regret,
        found.boxes,
        found.worth,
        found.outcome,
        kind_of(found.outcome),
        found.target,
        found.bank.strategies[0],
        found.facts["worth_of_all"],
        found.facts["misses"],
        found.facts["n"],
        found.facts["values"],
    )


def robust_pictures(found: Robust, language: str = "en") -> dict[str, Picture]:
    """Return the pictures by name: ``regret``; ``fails`` and ``worth`` where there is something to show."""
    judged = judged_of(found)
    drawn = [regrets(judged, language), worths(judged, language)]
    strategy = telling_box(judged)
    if strategy:
        draws, few = found.bank.draws, found.bank.some_draws(MOST_SEARCHED)
        numbers = pd.DataFrame(in_numbers(draws)[few], columns=draws.columns)
        values = found.bank.by_draw(found.outcome, strategy).to_numpy()[few]
        drawn.insert(1, fails(judged, numbers, values, language))
    return {picture.name: picture for picture in drawn if picture is not None}


def write_robustness(found: Robust, language: str = "en") -> list[Path]:
    """Write tables and pictures into the folder of the runs and return their paths."""
    tables = {REGRET: found.regret, BOXES: found.boxes, WORTH: found.worth}
    return save_results(found.bank.folder, robust_pictures(found, language), tables, language, csv=[REGRET])
