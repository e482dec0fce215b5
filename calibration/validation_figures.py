"""Pictures of a validation: paths with and without the mandate, and every published figure on one scale."""

from typing import Any

import numpy as np

from calibration.held_out import held_out_file
from calibration.predictive import HISTORY, MARKS, NO_MANDATE
from calibration.targets import block_file
from calibration.validating import Structure, Validated
from model.calendar import START_MONTH_OF_YEAR, START_YEAR, month_index
from model.text import text
from results.figures.parts import log_axis
from results.strategy_words import strategy_name
from results.style import (
    BAND_ALPHA,
    BLUE,
    GRID,
    INK,
    ORANGE,
    WIDE,
    Picture,
    house_style,
    label_ends,
    new_figure,
)
from results.wording import number

VILLAGES_OF_MODEL = 620_573
"""Village-level units of the country in the model."""
LOW_COUNT, HIGH_COUNT = 80, 1_000_000
DOT = 4.5
MARGIN_YEARS = 0.15


def pictures_of(found: Validated, language: str) -> list[Picture]:
    """Return both pictures."""
    with house_style():
        return [paths(found, language), verdicts(found, language)]


def paths(found: Validated, language: str) -> Picture:
    """Draw villages with a post over time, with and without the mandate, and what was reported."""
    figure = new_figure(WIDE, 3.0)
    axes: Any = figure.subplots()
    named = {each.name: each for each in found.structures}
    ends = []
    for name, colour in ((HISTORY, BLUE), (NO_MANDATE, ORANGE)):
        middle = _band(axes, named[name], colour)
        ends.append((middle, strategy_name(name, language), colour))
    for target in block_file("rollout").targets:
        scale = VILLAGES_OF_MODEL / target.of_villages if target.of_villages else 1.0
        values = [target.low * scale, target.high * scale]
        axes.plot([_year(target.month)] * 2, values, "-", color=INK, linewidth=1.2)
        axes.plot(_year(target.month), values[0], "o", color=INK, markersize=DOT)
    for each in held_out_file().held_out:
        if each.measure == "share_with_post":
            middle = (each.low + each.high) / 2.0 * VILLAGES_OF_MODEL
            axes.plot(
                _year(each.month), middle, "o", markerfacecolor="white", markeredgecolor=INK, markersize=DOT
            )
    log_axis(axes, language, LOW_COUNT, HIGH_COUNT)
    axes.set_xlim(START_YEAR, _year(MARKS[-1]) + MARGIN_YEARS)
    axes.grid(axis="x", visible=False)
    axes.set_ylabel(text("validation.villages.figure", language))
    label_ends(axes, _year(MARKS[-1]) + MARGIN_YEARS, ends)
    return Picture("validation_paths", figure, text("validation.caption.paths", language), language)


def _band(axes: Any, each: Structure, colour: str) -> float:
    x = [_year(month) for month in MARKS]
    low, middle, high = np.array([each.villages[month] for month in MARKS]).T
    axes.fill_between(x, low, high, color=colour, alpha=BAND_ALPHA)
    axes.plot(x, middle, color=colour)
    return float(middle[-1])


def _year(month: str) -> float:
    return START_YEAR + (month_index(month) + START_MONTH_OF_YEAR) / 12.0


def verdicts(found: Validated, language: str) -> Picture:
    """Draw every published figure against the model, all on the scale of what was reported."""
    rows = found.verdicts
    figure = new_figure(WIDE, 0.34 * len(rows) + 0.9)
    axes: Any = figure.subplots()
    for k, each in enumerate(rows):
        place, middle = len(rows) - 1 - k, (each.low * each.high) ** 0.5
        for values, offset, colour, wide in (
            (each.prior, 0.15, ORANGE, 2.5),
            (each.posterior, -0.15, BLUE, 4),
        ):
            ends = np.maximum([values[0], values[2]], 1e-9) / middle
            axes.plot(ends, [place + offset] * 2, color=colour, linewidth=wide)
        axes.plot(each.posterior[1] / middle, place - 0.15, "o", color=INK, markersize=3)
        axes.plot([each.low / middle, each.high / middle], [place, place], "|-", color=INK, markersize=11)
    n_fitted = sum(each.fitted for each in rows)
    axes.axhline(len(rows) - n_fitted - 0.5, color=GRID, linewidth=1)
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([_short(each.label.in_language(language)) for each in reversed(rows)], size=6.5)
    axes.set_xscale("log")
    axes.set_xlim(0.04, 4)
    ticks = [0.05, 0.1, 0.2, 0.5, 1, 2]
    axes.set_xticks(ticks)
    axes.set_xticklabels([number(tick, language) for tick in ticks])
    axes.minorticks_off()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(text("calibration.figure.relative", language))
    covered = sum(each.covered for each in rows)
    caption = text("validation.caption.verdicts", language, covered=covered, n=len(rows))
    return Picture("validation_verdicts", figure, caption, language)


def _short(label: str) -> str:
    return label if len(label) <= 58 else f"{label[:56]}…"
