"""Pictures of decisions: plans that no other beats, and the least means that reach a target."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from model.text import text
from results.figures.parts import panels
from results.style import BLUE, GREEN, INK, MUTED, PAPER, WIDE, Picture, house_style, new_figure
from results.wording import number, percent

PERCENT = 100
MILLION, WAN = 1e6, 1e4
LARGEST_PLAIN = 1e5


def front_picture(
    plans: pd.DataFrame, searched: pd.DataFrame, objectives: Sequence[str], labels: Mapping[str, str],
    caption: str, language: str = "en",
) -> Picture:  # fmt: skip
    """Show the first objective against every other: plans that were tried, and the front on fresh runs."""
    with house_style():
        figure = new_figure(WIDE, 3.4)
        first, *others = objectives
        for axes, other in zip(panels(figure, len(others), len(others)), others, strict=True):
            x, y = _scale(searched, other, language), _scale(searched, first, language)
            tried = searched[searched["within_budget"]]
            axes.scatter(
                tried[other] * x, tried[first] * y, s=9, color=MUTED, alpha=0.45, linewidth=0,
                label=text("figure.front.tried", language),
            )  # fmt: skip
            ends = plans.sort_values(other)
            axes.errorbar(
                ends[other] * x, ends[first] * y, xerr=_apart(ends, other) * x, yerr=_apart(ends, first) * y,
                fmt="none", ecolor=BLUE, elinewidth=0.9, alpha=0.6,
            )  # fmt: skip
            for still, face in ((True, BLUE), (False, PAPER)):
                some = ends[ends["still_unbeaten"] == still]
                axes.scatter(
                    some[other] * x, some[first] * y, s=26, facecolor=face, edgecolor=BLUE, linewidth=1.2,
                    zorder=3, label=text(f"figure.front.{'still' if still else 'beaten'}", language),
                )  # fmt: skip
            axes.set_xlabel(_label(other, labels[other], x, language))
            axes.set_ylabel(_label(first, labels[first], y, language))
            axes.xaxis.set_major_locator(MaxNLocator(5))
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside lower center",
            ncols=3,
            frameon=False,
            fontsize=7.8,
        )
        return Picture("front", figure, caption, language)


def _apart(rows: pd.DataFrame, name: str) -> Any:
    """Return the lengths of error bars, none where there is no interval."""
    return np.nan_to_num(rows[f"{name}_apart"].to_numpy(np.float64))


def _scale(rows: pd.DataFrame, name: str, language: str) -> float:
    """Return by what an outcome is multiplied on its axis: shares in per cent, large amounts in millions."""
    if name.endswith("_share"):
        return PERCENT
    if rows[name].abs().max() > LARGEST_PLAIN:
        return 1 / (WAN if language == "zh" else MILLION)
    return 1.0


def _label(outcome: str, name: str, scale: float, language: str) -> str:
    if scale == PERCENT:
        return text("figure.front.percent", language, name=name)
    unit = "yuan" if outcome.endswith("_yuan") else "count"
    size = "large" if scale < 1 else "plain"
    return text(f"figure.front.{size}.{unit}", language, name=name)


def goal_picture(plans: pd.DataFrame, caption: str, language: str = "en") -> Picture:
    """Show the fewest desk hours that reach the target by share of villages with a post, with their cost."""
    reached = plans[plans["reached"]]
    with house_style():
        figure = new_figure(WIDE, 3.3)
        axes = figure.subplots()
        x, y = PERCENT * reached["coverage_share"], reached["desk_factor"]
        if len(reached):
            top = 2.2 * float(y.max())
            axes.fill_between(x, y, top, color=GREEN, alpha=0.13, linewidth=0)
            axes.plot(x, y, color=INK, marker="o", markersize=4)
            axes.set_ylim(0.6 * float(y.min()), top)
            for row in reached.itertuples():
                axes.annotate(
                    text("figure.goal.cost", language, yuan=number(row.yuan_per_year, language, 2)),
                    (PERCENT * row.coverage_share, row.desk_factor), xytext=(2, -12),
                    textcoords="offset points", ha="right", size=7,  # the line falls: free below to the left
                    weight="bold" if row.cheapest else "normal", color=GREEN if row.cheapest else INK,
                )  # fmt: skip
        for coverage in plans.loc[~plans["reached"], "coverage_share"]:
            axes.text(
                PERCENT * coverage, 0.5, text("goal.not_reached", language), color=MUTED, rotation=90,
                size=7.5, ha="center", va="center", transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        _goal_axes(axes, language)
        axes.text(
            0.98, 0.93, text("figure.goal.reached", language), transform=axes.transAxes, ha="right", color=INK
        )
        return Picture("goal", figure, caption, language)


def _goal_axes(axes: Axes, language: str) -> None:
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:.2g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(-17, 106)
    axes.set_xticks(
        range(0, 101, 20),
        [percent(k / PERCENT, language, 0).replace("\u00a0", "") for k in range(0, 101, 20)],
    )
    axes.set_xlabel(text("figure.map.coverage", language))
    axes.set_ylabel(text("figure.map.desks", language))
