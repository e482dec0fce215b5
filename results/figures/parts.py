"""Pieces that pictures share: the axis of time with its decisions, numbers on axes, strips of panels."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from model.text import catalogue
from results.measures.ratios import Floats
from results.smoothing import known_mean
from results.style import BAND_ALPHA, GRID, INK, MUTED
from results.view import Dated, years
from results.wording import number, percent

EVENT_ROWS = 3
EVENT_LIFT = 10.5
"""Height of a row of event names above the axes, in points: in a low picture they must not meet either."""
LEAST_YEARS_APART = 1.95
YEAR_STEP = 2
MOST_YEARS = 13
"""With more bars of years than this, only every fourth has its number."""
FEW_DECADES = 2.5
"""A logarithmic axis shorter than this has numbers between powers of ten too."""


def count_axis(axes: Axes, language: str, which: str = "y") -> None:
    """Write the numbers of an axis as people do: 10,000 or 1万."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language)))


def share_axis(axes: Axes, language: str, which: str = "y", top: float | None = None) -> None:
    """Write the numbers of an axis as percentages."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, language, 0)))
    if top is not None:
        (axes.set_ylim if which == "y" else axes.set_xlim)(0, top)


def log_axis(axes: Axes, language: str, low: float, high: float) -> None:
    """Make the vertical axis logarithmic from ``low`` to ``high``, with numbers as people write them."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    few = np.log10(high / low) < FEW_DECADES
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5) if few else (1,), numticks=12))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", which="minor", length=0)
    count_axis(axes, language)


def time_axis(axes: Axes, first: float, last: float, step: int = YEAR_STEP) -> None:
    """Put years on the horizontal axis, from the first to the last date of the run."""
    axes.set_xlim(first, last)
    start = int(np.ceil(first))
    axes.set_xticks(range(start + -start % step, int(np.floor(last)) + 1, step))
    axes.grid(visible=False, axis="x")


def mark_events(axes: Axes, events: Sequence[Dated], language: str, *, names: bool = True) -> None:
    """Draw a thin line at every decision that has a short name, and its name above the axes.

    Names that would meet stand in different rows.
    """
    texts = catalogue(language)
    shown = [event for event in events if f"figure.event.{event.id}" in texts]
    ends = [-np.inf] * EVENT_ROWS
    last = axes.get_xlim()[1]
    for event in shown:
        x = float(years(event.month))
        axes.axvline(
            x, color=MUTED if event.is_programme else GRID, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0
        )
        if not names:
            continue
        row = next((r for r in range(EVENT_ROWS) if x - ends[r] >= LEAST_YEARS_APART), EVENT_ROWS - 1)
        ends[row] = x
        near_end = x > last - LEAST_YEARS_APART
        axes.annotate(
            texts[f"figure.event.{event.id}"],
            (x, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3 if near_end else -1, 3 + EVENT_LIFT * row),
            textcoords="offset points",
            ha="right" if near_end else "left",
            size=7.2,
            color=INK if event.is_programme else MUTED,
            annotation_clip=False,
        )


def panels(figure: Figure, n: int, columns: int, **options: Any) -> list[Axes]:
    """Return ``n`` axes in rows of ``columns``, those that are left over removed."""
    rows = -(-n // columns)
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    flat = [axes for row in grid for axes in row]
    for axes in flat[n:]:
        axes.set_visible(False)
    return flat[:n]


def colour_key(figure: Figure, names: Sequence[tuple[str, str]]) -> None:
    """Write what colours mean below a figure, from (name, colour)."""
    marks = [Patch(color=colour, label=name) for name, colour in names]
    figure.legend(
        handles=marks, loc="outside lower center", ncols=len(marks), frameon=False, handlelength=0.9,
        handleheight=0.9, handletextpad=0.5, columnspacing=1.3, fontsize=7.8,
    )  # fmt: skip


def few_ticks(axes: Axes, n: int = 4) -> None:
    """Leave at most so many numbers on the vertical axis."""
    axes.yaxis.set_major_locator(MaxNLocator(n, steps=[1, 2, 5, 10]))


def band(axes: Axes, x: Floats, runs: Floats, colour: str, **options: Any) -> None:
    """Draw the mean of several runs, shape (runs, points), and the range in which they lie; NaN left out."""
    axes.plot(x, known_mean(runs, axis=0), color=colour, **options)
    if len(runs) > 1:
        low, high = np.fmin.reduce(runs, axis=0), np.fmax.reduce(runs, axis=0)
        axes.fill_between(x, low, high, color=colour, alpha=BAND_ALPHA, linewidth=0)


def stacked(
    axes: Axes, parts: Sequence[tuple[Floats, str]], positions: Floats, **options: Any
) -> Callable[[int], Floats]:
    """Draw horizontal bars from parts that follow each other; return where a part has its middle, per bar.

    Everything is in the units of the axes.
    """
    left = np.zeros(len(positions))
    middles: list[Floats] = []
    for values, colour in parts:
        axes.barh(positions, values, left=left, color=colour, edgecolor="white", linewidth=0.6, **options)
        middles.append(left + values / 2)
        left = left + values
    return middles.__getitem__
