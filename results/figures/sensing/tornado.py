"""What drives an outcome: a bar per parameter, the strongest first."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.text import text
from results.figures.parts import colour_key
from results.measures.catalogue import measure
from results.parameter_words import parameter_label
from results.sensing_words import Driven, drivers_caption
from results.style import BLUE, INK, MUTED, ORANGE, SKY, WIDE, Picture, house_style, new_figure
from results.wording import PERCENT, SHARE, number, scale_of, shown_unit, unit_of_difference

MOST_SHOWN = 12
ROW = 0.27
FAINT = 0.35
"""Of parameters that cannot be told from one that does nothing."""


def tornado(driven: Sequence[Driven], method: str, language: str = "en") -> Picture:
    """Show one or two outcomes side by side, each with its own order of parameters."""
    most = max(min(len(each.table), MOST_SHOWN) for each in driven)
    with house_style():
        figure = new_figure(WIDE, 1.25 + ROW * most)
        for axes, each in zip(figure.subplots(1, len(driven), squeeze=False)[0], driven, strict=True):
            shown = each.table.sort_values("rank").head(MOST_SHOWN)
            DRAW[method](axes, each, shown, language)
            _frame(axes, each, shown, language)
        _key(figure, method, language)
        return Picture("drivers", figure, drivers_caption(driven[0], method, language), language)


def _frame(axes: Axes, each: Driven, shown: pd.DataFrame, language: str) -> None:
    rows = np.arange(len(shown))[::-1]
    axes.set_yticks(rows, [parameter_label(name, language) for name in shown["parameter"]])
    for label, clear in zip(axes.get_yticklabels(), shown["clear"], strict=True):
        label.set_color(INK if clear else MUTED)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.grid(visible=False, axis="y")
    which = "gain" if each.reference else "level"
    axes.set_title(text(f"figure.drivers.{which}", language), size=8.2)


def _bank(axes: Axes, each: Driven, shown: pd.DataFrame, language: str) -> None:
    """Draw the mean outcome where a parameter is low and high, around the mean of all or the defaults."""
    scale = scale_of(each.kind)
    rows = np.arange(len(shown))[::-1]
    height = {"at_low": 0.19, "at_high": -0.19}
    for end, colour in (("at_low", ORANGE), ("at_high", BLUE)):
        for row, (_, parameter) in zip(rows, shown.iterrows(), strict=True):
            value, half = scale * parameter[end], scale * parameter[f"{end}_half"]
            y, alpha = row + height[end], 1.0 if parameter["clear"] else FAINT
            middle = scale * each.middle
            axes.barh(y, value - middle, left=middle, height=0.36, color=colour, alpha=alpha)
            axes.hlines(y, value - half, value + half, color=INK, linewidth=0.7, alpha=alpha)
    axes.axvline(scale * each.middle, color=INK, linewidth=0.8)
    _units(axes, each, language)


def _steps(axes: Axes, each: Driven, shown: pd.DataFrame, language: str) -> None:
    """Draw the mean absolute effect over the range of a parameter, by its direction."""
    scale = scale_of(each.kind)
    rows = np.arange(len(shown))[::-1]
    colours = np.where(shown["direction"] >= 0, BLUE, ORANGE)
    for row, colour, (_, parameter) in zip(rows, colours, shown.iterrows(), strict=True):
        alpha = 1.0 if parameter["clear"] else FAINT
        axes.barh(row, scale * parameter["index"], height=0.6, color=colour, alpha=alpha)
    axes.hlines(rows, scale * shown["low"], scale * shown["high"], color=INK, linewidth=0.9)
    _units(axes, each, language, difference=True)
    axes.set_xlim(0, None)


def _shares(axes: Axes, _each: Driven, shown: pd.DataFrame, language: str) -> None:
    """Draw the share of variance that a parameter has alone and with others."""
    rows = np.arange(len(shown))[::-1]
    first = np.clip(shown["first"].to_numpy(), 0.0, shown["index"].to_numpy().clip(0, 1))
    axes.barh(rows, PERCENT * shown["index"].clip(0, 1), height=0.6, color=SKY)
    axes.barh(rows, PERCENT * first, height=0.6, color=BLUE)
    axes.hlines(
        rows, PERCENT * shown["low"].clip(0), PERCENT * shown["high"].clip(upper=1), color=INK, linewidth=0.9
    )
    axes.set_xlim(0, None)
    axes.set_xlabel(text("figure.drivers.x.variance", language), size=8)


def _units(axes: Axes, each: Driven, language: str, *, difference: bool = False) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if each.kind == "number":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language, 2)))
    unit = unit_of_difference(each.kind) if difference or each.reference else each.kind
    if unit == "number":
        label = measure(each.outcome).label.text(language)
    else:
        label = text("figure.drivers.x.share", language) if unit == SHARE else shown_unit(unit, language)
    axes.set_xlabel(label, size=8)


DRAW = {"pawn": _bank, "one_at_a_time": _bank, "morris": _steps, "sobol": _shares}


def _key(figure: Figure, method: str, language: str) -> None:
    colours = (SKY, BLUE) if method == "sobol" else (ORANGE, BLUE)
    ends = ("low", "high")
    names = [
        (text(f"figure.drivers.{method}.{end}", language), c) for end, c in zip(ends, colours, strict=True)
    ]
    colour_key(figure, names)
