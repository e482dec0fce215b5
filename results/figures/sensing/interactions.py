"""Where parameters meet: the two strongest in a grid, effects that bend, or shares of variance of pairs."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from model.text import text
from results.measures.ratios import Floats, divide
from results.parameter_words import parameter_label
from results.sensing_words import MOST_NAMED, Driven, about_what, amount, bare_amount, quoted
from results.style import BLUE, INK, MUTED, PAPER, VERMILION, Picture, house_style, ink, new_figure
from results.wording import bracketed, listing, percent, scale_of, shown_unit, unit_of_difference

ENOUGH_FOR_FIVE, FEW_BINS, MANY_BINS = 250, 3, 5
MOST_IN_MATRIX = 8
SQUARE = 4.6
"""Width in inches."""
DARK = 0.6
"""Cells from here on have white numbers."""
SHADES = LinearSegmentedColormap.from_list("house", [PAPER, BLUE])


class _Grid:
    """Mean outcome by bins of two parameters; bins hold equally many draws."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.bins = MANY_BINS if len(y) >= ENOUGH_FOR_FIVE else FEW_BINS
        place = [self._bin(column) for column in x.T]
        self.n = np.zeros((self.bins, self.bins))
        total = np.zeros_like(self.n)
        np.add.at(self.n, (place[1], place[0]), 1)
        np.add.at(total, (place[1], place[0]), y)
        self.mean = divide(total, self.n)

    def _bin(self, column: Floats) -> np.ndarray:
        rank = np.argsort(np.argsort(column, kind="stable"), kind="stable")
        return np.asarray(rank * self.bins // len(column))


def grid(driven: Driven, x: Floats, y: Floats, language: str = "en") -> Picture | None:
    """Show the mean outcome over the two strongest parameters; None with fewer than two.

    Parameters
    ----------
    x, y
        Parameters in the order of their ranks, shape (draws, parameters), and the outcome, in their units.
    """
    names = driven.table.sort_values("rank")["parameter"].tolist()[:2]
    if len(names) < 2:
        return None
    found = _Grid(x[:, :2], y)
    labels = [quoted(name, language) for name in names]
    with house_style():
        figure = new_figure(SQUARE, 3.5)
        axes = figure.subplots()
        _cells(axes, found.mean, lambda value: bare_amount(driven, value, language))
        _bin_axis(axes, found.bins, language)
        axes.set_xlabel(parameter_label(names[0], language))
        axes.set_ylabel(parameter_label(names[1], language))
        low, high = (
            np.unravel_index(which(found.mean), found.mean.shape) for which in (np.nanargmin, np.nanargmax)
        )
        caption = text(
            "caption.grid",
            language,
            what=about_what(driven, language),
            high=amount(driven, float(found.mean[high]), language),
            low=amount(driven, float(found.mean[low]), language),
            at_high=_place(high, labels, found.bins, language),
            at_low=_place(low, labels, found.bins, language),
            n=int(found.n.min()),
        )
        return Picture("meeting", figure, caption, language)


def _place(cell: tuple[np.intp, ...], labels: list[str], bins: int, language: str) -> str:
    row, column = (int(position) for position in cell)
    levels = [_level(column, bins), _level(row, bins)]
    parts = [
        text(f"sensing.at.{level}", language, name=name) for level, name in zip(levels, labels, strict=True)
    ]
    return text("sensing.and", language, one=parts[0], other=parts[1])


def _level(position: int, bins: int) -> str:
    middle = (bins - 1) / 2
    return "low" if position < middle else "high" if position > middle else "middle"


def _bin_axis(axes: Axes, bins: int, language: str) -> None:
    words = [text("figure.grid.low", language), *[""] * (bins - 2), text("figure.grid.high", language)]
    axes.set_xticks(range(bins), words)
    axes.set_yticks(range(bins), words)


def _cells(axes: Axes, values: Floats, write: Callable[[float], str]) -> None:
    span = np.nanmax(values) - np.nanmin(values)
    shade = (values - np.nanmin(values)) / span if span > 0 else np.zeros_like(values)
    axes.imshow(np.nan_to_num(shade), cmap=SHADES, vmin=0, vmax=1.15, origin="lower", aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = PAPER if shade[row, column] > DARK else INK
            axes.text(column, row, write(float(value)), ha="center", va="center", color=colour, size=7.6)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def bending(driven: Driven, language: str = "en") -> Picture:
    """Show mean absolute effects of Morris against their spread: above the line, effects depend on others."""
    table = driven.table
    scale = scale_of(driven.kind)
    with house_style():
        figure = new_figure(SQUARE, 3.6)
        axes = figure.subplots()
        x, y = scale * table["index"].to_numpy(), scale * table["spread"].to_numpy()
        axes.scatter(x, y, s=22, color=np.where(y > x, VERMILION, BLUE), zorder=3)
        top = 1.12 * max(x.max(), y.max(), 1e-12)
        axes.plot([0, top], [0, top], color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
        for name, across, up in zip(table["parameter"], x, y, strict=True):
            if max(across, up) > top / 12:
                far = across > top / 2
                axes.annotate(
                    parameter_label(name, language), (across, up), xytext=(-5 if far else 5, 4), size=7.2,
                    textcoords="offset points", ha="right" if far else "left", color=ink(MUTED),
                )  # fmt: skip
        axes.set_xlim(0, top)
        axes.set_ylim(0, top)
        label = text("figure.bending.x", language)
        if driven.kind != "number":
            label = bracketed(label, shown_unit(unit_of_difference(driven.kind), language), language)
        axes.set_xlabel(label)
        axes.set_ylabel(text("figure.bending.y", language))
        bent = table[table["clear"] & (table["spread"] > table["index"])].sort_values("rank")
        names = [quoted(name, language) for name in bent["parameter"]]
        key = "caption.bending" if names else "caption.bending.none"
        caption = text(
            key, language, what=about_what(driven, language), names=listing(names[:MOST_NAMED], language)
        )
        return Picture("meeting", figure, caption, language)


def matrix(driven: Driven, pairs: pd.DataFrame, language: str = "en") -> Picture | None:
    """Show the shares of variance of pairs beyond what each has alone; None where no pair is clear."""
    names = driven.table.sort_values("rank")["parameter"].tolist()[:MOST_IN_MATRIX]
    strongest = pairs[pairs["clear"] & (pairs["index"] > 0)].sort_values("index", ascending=False)
    if strongest.empty:
        return None
    values = np.full((len(names), len(names)), np.nan)
    for row in pairs.to_dict("records"):
        if row["parameter"] in names and row["other"] in names:
            low, high = sorted((names.index(row["parameter"]), names.index(row["other"])))
            values[high, low] = max(row["index"], 0.0) if row["clear"] else 0.0
    with house_style():
        figure = new_figure(SQUARE + 1.2, 1.4 + 0.34 * len(names))
        axes = figure.subplots()
        _cells(axes, values[1:, :-1], lambda value: percent(value, language, 0) if value > 0 else "·")
        labels = [parameter_label(name, language) for name in names]
        axes.set_xticks(range(len(names) - 1), labels[:-1], rotation=30, ha="right")
        axes.set_yticks(range(len(names) - 1), labels[1:])
        axes.invert_yaxis()
        what, row = about_what(driven, language), strongest.iloc[0]
        caption = text(
            "caption.matrix", language, what=what, index=percent(row["index"], language, 0),
            low=percent(row["low"], language, 0), high=percent(row["high"], language, 0),
            one=quoted(row["parameter"], language), other=quoted(row["other"], language),
        )  # fmt: skip
        return Picture("meeting", figure, caption, language)
