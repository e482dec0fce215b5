"""Pictures of the map of worker coverage × referral capacity.

The grid is drawn as it was run, a cell per plan; only the line on which the bottleneck moves is interpolated,
and lies between cells.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm, to_hex, to_rgb
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from model.text import text
from results.figures.parts import colour_key, panels
from results.style import (
    BLUE,
    GREEN,
    GRID,
    INK,
    PAPER,
    PURPLE,
    SKY,
    VERMILION,
    WIDE,
    YELLOW,
    Picture,
    house_style,
    new_figure,
)
from results.wording import number, percent

USE_COLOURS = {
    "workers": BLUE,
    "training": SKY,
    "supervision": PURPLE,
    "desk_hours": VERMILION,
    "spaces": GREEN,
    "cash": YELLOW,
    "none": GRID,
}
"""In the order of the uses."""
VALUE = "need_months_per_10000_yuan"
SHADES = "YlGnBu"
MOST_TICKS, MOST_WRITTEN = 7, 7
"""Labels on an axis; and numbers are written into cells of grids up to this size."""
SMALL, LARGE = 5.6, 7.0
HALO, HALO_ALPHA = 1.5, 0.55
PALE = 0.55
PERCENT = 100
LEAST_SHOWN = 1.0
"""Values below this are drawn alike: less than one child-month for 10,000 yuan."""
DARK = 0.55
"""Share of the scale from which text on it is white."""


class Grid(NamedTuple):
    """The points of a map as tables of shape (desk levels, coverage levels)."""

    coverage: NDArray[np.float64]
    desks: NDArray[np.float64]

    def table(self, rows: pd.DataFrame, column: str) -> NDArray[np.float64]:
        """Return a column as a table, in its unit; NaN where a point has no run."""
        wide = rows.pivot_table(index="desk_factor", columns="coverage_share", values=column, dropna=False)
        return wide.reindex(index=self.desks, columns=self.coverage).to_numpy(np.float64)


def grid_of(points: pd.DataFrame) -> Grid:
    """Return the levels of a map."""
    return Grid(np.unique(points["coverage_share"]), np.unique(points["desk_factor"]))


def capacity_map(
    points: pd.DataFrame, next_yuan: pd.DataFrame, caption: str, language: str = "en"
) -> Picture:
    """Show need that is met and the best next use of money, with the line where the bottleneck moves."""
    grid = grid_of(points)
    with house_style():
        figure = new_figure(WIDE, 3.75)
        left, right = figure.subplots(1, 2, sharey=True)
        met = PERCENT * grid.table(points, "effective_coverage_share")
        left.imshow(met, origin="lower", aspect="auto", cmap=SHADES, alpha=0.9)
        _write(left, _words(met, lambda value: f"{value:.0f}"), _dark(met))
        left.set_title(f"{text('figure.map.met', language)}\n{text('figure.map.line', language)}")
        left.set_ylabel(text("figure.map.desks", language))
        names = list(USE_COLOURS)
        best = points.assign(best=points["best_use"].map(names.index))
        codes = grid.table(best, "best")
        colours = ListedColormap([_paler(colour) for colour in USE_COLOURS.values()])
        right.imshow(
            codes, origin="lower", aspect="auto", cmap=colours, vmin=-0.5, vmax=len(names) - 0.5,
        )  # fmt: skip
        best_value = _value_of_best(points, next_yuan)
        _write(right, _words(best_value, lambda value: number(value, language, 2)), met < 0)
        right.set_title(f"{text('figure.map.best', language)}\n{text('figure.map.per', language)}")
        for axes in (left, right):
            _axes(axes, grid, language)
            _line(axes, points, grid)
        seen = [name for k, name in enumerate(names) if (codes == k).any()]
        colour_key(figure, [(text(f"use.{name}", language), _paler(USE_COLOURS[name])) for name in seen])
        return Picture("map", figure, caption, language)


def next_yuan_maps(
    points: pd.DataFrame, next_yuan: pd.DataFrame, caption: str, language: str = "en"
) -> Picture:
    """Show what 10,000 yuan more bring in every use at every point, on one scale."""
    grid = grid_of(points)
    with house_style():
        uses = [name for name in USE_COLOURS if name != "none"]
        figure = new_figure(WIDE, 4.9)
        known = next_yuan[VALUE].to_numpy(np.float64)
        norm = LogNorm(LEAST_SHOWN, max(np.nanmax(known, initial=LEAST_SHOWN), 2 * LEAST_SHOWN))
        all_axes = panels(figure, len(uses), 3, sharex=True, sharey=True)
        for k, (axes, use) in enumerate(zip(all_axes, uses, strict=True)):
            mine = next_yuan[next_yuan["use"] == use]
            values, words = grid.table(mine, VALUE), _values_in_words(grid, mine, language)
            shown = np.where(np.isnan(values), np.nan, np.maximum(values, LEAST_SHOWN))
            axes.set_facecolor(GRID)
            axes.imshow(shown, origin="lower", aspect="auto", cmap=SHADES, norm=norm)
            _write(axes, words, norm(shown) > DARK, SMALL)
            axes.set_title(text(f"use.{use}", language))
            _axes(axes, grid, language, named=k >= 3)
            _line(axes, points, grid)
            if k % 3 == 0:
                axes.set_ylabel(text("figure.map.desks", language))
        return Picture("next_yuan", figure, caption, language)


def _value_of_best(points: pd.DataFrame, next_yuan: pd.DataFrame) -> NDArray[np.float64]:
    keys = ["coverage_share", "desk_factor"]
    best = points[[*keys, "best_use"]].merge(next_yuan, on=keys)
    return grid_of(points).table(best[best["use"] == best["best_use"]], VALUE)


def _axes(axes: Axes, grid: Grid, language: str, *, named: bool = True) -> None:
    """Label a grid: coverage across, desk hours up."""
    across, up = (_some(levels) for levels in grid)
    axes.set_xticks(across, [percent(grid.coverage[k], language, 0).replace("\u00a0", "") for k in across])
    axes.set_yticks(up, [f"×{grid.desks[k]:.2g}" for k in up])
    axes.tick_params(axis="x", labelsize=6.8)
    if named:
        axes.set_xlabel(text("figure.map.coverage", language))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _some(levels: Sequence[float] | NDArray[np.float64]) -> list[int]:
    """Return the positions of a few levels, ends included."""
    step = -(-(len(levels) - 1) // (MOST_TICKS - 1))
    return list(range(0, len(levels), max(step, 1)))


def _words(table: NDArray, wording: Callable[[float], str]) -> NDArray:
    """Return what is written into the cells of a table, nothing where a value is missing."""
    return np.array([[wording(value) if np.isfinite(value) else "" for value in row] for row in table])


def _values_in_words(grid: Grid, rows: pd.DataFrame, language: str) -> NDArray:
    """Return values of a use, in brackets where their interval holds zero."""
    ends = [grid.table(rows, f"{VALUE}{end}") for end in ("_low", "_high")]
    unclear = ~((ends[0] > 0) | (ends[1] < 0))
    words = _words(grid.table(rows, VALUE), lambda value: number(value, language, 2))
    return np.where(unclear & (words != ""), np.char.add(np.char.add("(", words), ")"), words)


def _write(axes: Axes, words: NDArray, pale: NDArray, size: float = LARGE) -> None:
    """Write into the cells of a grid that is not too fine, in white on dark ones."""
    if max(words.shape) > MOST_WRITTEN:
        return
    for row, column in np.argwhere(words != ""):
        ink, around = (PAPER, INK) if pale[row, column] else (INK, PAPER)
        axes.text(
            column, row, words[row, column], ha="center", va="center", size=size, color=ink, zorder=4,
            path_effects=[withStroke(linewidth=HALO, foreground=around, alpha=HALO_ALPHA)],
        )  # fmt: skip


def _dark(table: NDArray) -> NDArray[np.bool_]:
    low, high = np.nanmin(table), np.nanmax(table)
    return (table - low) > DARK * max(high - low, LEAST_SHOWN)


def _line(axes: Axes, points: pd.DataFrame, grid: Grid) -> None:
    """Draw where the desk loses as many needs as finding does, straight on to the edges."""
    lost = points.assign(excess=points["lost_served_share"] - points["lost_found_share"])
    excess = grid.table(lost, "excess")
    if not (np.nanmin(excess) < 0 < np.nanmax(excess)):
        return
    x, y = (np.arange(-1, n + 1) for n in excess.shape[::-1])
    further = np.pad(excess, 1, mode="reflect", reflect_type="odd")
    for colour, width in ((PAPER, 3.4), (INK, 1.8)):
        axes.contour(x, y, further, levels=[0.0], colors=[colour], linewidths=width)
    axes.set(xlim=(-0.5, len(x) - 2.5), ylim=(-0.5, len(y) - 2.5))


def _paler(colour: str) -> str:
    """Return a colour light enough for dark text on it."""
    red, green, blue = (1 - PALE * (1 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))
