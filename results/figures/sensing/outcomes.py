"""What a sweep came to: the main outcome of every strategy over the draws, and along each lever."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.text import text
from results.figures.parts import panels, share_axis
from results.measures.catalogue import measure
from results.measures.intervals import t_interval
from results.measures.ratios import Floats
from results.parameter_words import parameter_label, setting_words
from results.strategy_words import strategy_phrase, strategy_short
from results.style import BLUE, INK, SKY, WIDE, Picture, colour_of, house_style, new_figure
from results.wording import WRITERS, bracketed, in_sentence, number, unit_of_difference

MOST_SHOWN = 14
ROW = 0.29
TAILS = (5, 95)
"""Percentiles between which nine draws of ten lie."""
COLUMNS, MOST_LEVERS, MOST_LINES = 3, 6, 7


def _axis(axes: Axes, kind: str, language: str, which: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if kind == "share":
        share_axis(axes, language, which)
    else:
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language, 2)))


def spread(values: Mapping[str, Floats], outcome: str, kind: str, language: str = "en") -> Picture:
    """Show every strategy, the best first: mean and range of nine in ten draws, in the outcome's unit."""
    shown = list(values.items())[:MOST_SHOWN]
    y = np.arange(len(shown))[::-1]
    label = measure(outcome).label.text(language)
    with house_style():
        figure = new_figure(WIDE, 1.0 + ROW * len(shown))
        axes = figure.subplots()
        for row, (_, known) in zip(y, shown, strict=True):
            low, high = np.percentile(known, TAILS)
            axes.hlines(row, known.min(), known.max(), color=SKY, linewidth=1.0)
            axes.hlines(row, low, high, color=BLUE, linewidth=3.2)
            axes.scatter(known.mean(), row, color=INK, s=24, zorder=3)
        axes.set_yticks(y, [strategy_short(name, language) for name, _ in shown])
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(bracketed(label, text("figure.spread_draws.x", language), language))
        _axis(axes, kind, language, "x")
        best, known = shown[0]
        low, high = np.percentile(known, TAILS)
        write = WRITERS[kind]
        caption = text(
            "caption.spread_draws" if len(shown) > 1 else "caption.spread_draws.one",
            language,
            label=label,
            strategy=strategy_phrase(best, language),
            mean=write(float(known.mean()), language),
            low=write(float(low), language),
            high=write(float(high), language),
        )
        return Picture("spread_draws", figure, caption, language)


def levers(table: pd.DataFrame, outcome: str, kind: str, language: str = "en") -> Picture | None:
    """Show the mean outcome along each lever, the other levers averaged, a line per strategy.

    Parameters
    ----------
    table
        A row per draw and strategy with its levers: columns ``base``, ``value`` and one per lever.
    """
    names = [name for name in table if name not in ("base", "value") and table[name].nunique() > 1]
    if not names:
        return None
    names = names[:MOST_LEVERS]
    moved = {name: _swing(table, str(name)) for name in names}
    with house_style():
        figure = new_figure(WIDE, 0.7 + 1.9 * -(-len(names) // COLUMNS))
        strip = panels(figure, len(names), min(COLUMNS, len(names)), sharey=True)
        for axes, name in zip(strip, names, strict=True):
            _along(axes, table, str(name), language)
            axes.set_title(parameter_label(str(name), language), size=8.2)
            _axis(axes, kind, language, "y")
        strongest = max(moved, key=lambda name: abs(moved[name]))
        caption = text(
            "caption.levers",
            language,
            outcome=in_sentence(measure(outcome).label.text(language), language),
            name=parameter_label(str(strongest), language),
            change=WRITERS[unit_of_difference(kind)](moved[strongest], language),
        )
        return Picture("levers", figure, caption, language)


def _along(axes: Axes, table: pd.DataFrame, name: str, language: str) -> None:
    bases: Sequence[str] = table["base"].unique().tolist()[:MOST_LINES]
    levels = sorted(table[name].dropna().unique())
    for position, base in enumerate(bases):
        found = [
            t_interval(table.loc[(table["base"] == base) & (table[name] == level), "value"].to_numpy())
            for level in levels
        ]
        x = np.arange(len(levels))
        colour = colour_of(base, position)
        middle = [each.estimate for each in found]
        label = strategy_short(base, language)
        axes.plot(x, middle, "o-", color=colour, markersize=3.5, linewidth=1.4, label=label)
        axes.vlines(x, [each.low for each in found], [each.high for each in found], color=colour, linewidth=1)
    words = [setting_words(name, level, language) for level in levels]
    axes.set_xticks(np.arange(len(levels)), words)
    if len(bases) > 1:
        axes.legend(frameon=False, fontsize=7)


def _swing(table: pd.DataFrame, name: str) -> float:
    means = table.groupby(name)["value"].mean()
    return float(means.iloc[-1] - means.iloc[0])
