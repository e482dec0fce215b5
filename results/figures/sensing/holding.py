"""Which choice holds: regret and targets reached, where a strategy fails, what would be worth knowing."""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.text import text
from results.figures.parts import colour_key, share_axis
from results.measures.catalogue import measure
from results.measures.ratios import Floats
from results.parameter_words import parameter_label
from results.robust_words import (
    CHANCE,
    Judged,
    box_sentence,
    regret_sentence,
    target_sentence,
    worth_sentence,
)
from results.strategy_words import strategy_short
from results.style import BLUE, INK, MUTED, SKY, VERMILION, WIDE, Picture, house_style, new_figure
from results.wording import number, scale_of

MOST_SHOWN = 14
ROW = 0.29


def regrets(found: Judged, language: str = "en") -> Picture:
    """Show what each strategy loses against the best of the same draw; how often it reaches the target."""
    rows = found.regret.head(MOST_SHOWN)
    y = np.arange(len(rows))[::-1]
    scale = scale_of(found.kind)
    with house_style():
        figure = new_figure(WIDE, 1.1 + ROW * len(rows))
        left, right = figure.subplots(1, 2, width_ratios=[3, 2], sharey=True)
        mean, ninety, most = (scale * rows[f"regret_{key}"].to_numpy() for key in ("mean", "90", "max"))
        left.hlines(y, 0, most, color=SKY, linewidth=1.2)
        left.hlines(y, 0, ninety, color=BLUE, linewidth=3)
        left.scatter(mean, y, color=INK, s=24, zorder=3)
        left.set_xlim(0, None)
        left.set_title(text("figure.regret.lost", language), size=8.2)
        left.set_xlabel(text(f"figure.regret.x.{found.kind}", language), size=8)
        if found.kind == "number":
            left.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language, 2)))
        right.barh(y, rows["reached_share"], height=0.55, color=SKY)
        right.hlines(y, rows["reached_low"], rows["reached_high"], color=INK, linewidth=0.9)
        share_axis(right, language, "x", 1.0)
        right.set_title(text("figure.regret.reached", language), size=8.2)
        right.set_xlabel(text("figure.regret.reached.x", language), size=8)
        left.set_yticks(y, [strategy_short(name, language) for name in rows["strategy"]])
        left.set_ylim(-0.6, len(rows) - 0.4)
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
        caption = f"{regret_sentence(found, language)}{'' if language == 'zh' else ' '}"
        return Picture("regret", figure, caption + target_sentence(found, language), language)


def telling_box(found: Judged) -> str:
    """Return the strategy whose box holds its misses best; empty where no box is more than chance."""
    whole = found.boxes.drop_duplicates("strategy")
    whole = whole[whole["chance"] < CHANCE]
    if whole.empty:
        return ""
    worth = 2 / (1 / whole["density"] + 1 / whole["coverage"])
    return str(whole.loc[worth.idxmax(), "strategy"])


def fails(found: Judged, numbers: pd.DataFrame, values: Floats, language: str = "en") -> Picture | None:
    """Show the draws over the limits of the most telling box; None where there is no box.

    Parameters
    ----------
    numbers, values
        Uncertain numbers by draw, and the outcome of that box's strategy, in its unit.
    """
    strategy = telling_box(found)
    if not strategy:
        return None
    rows = found.boxes[found.boxes["strategy"] == strategy]
    missed = values < found.target if measure(found.outcome).better == "higher" else values > found.target
    across = rows.iloc[0]
    with house_style():
        figure = new_figure(4.8, 3.7)
        axes = figure.subplots()
        x = numbers[across["parameter"]].to_numpy(dtype=float)
        up = rows.iloc[1] if len(rows) > 1 else None
        y = values if up is None else numbers[up["parameter"]].to_numpy(dtype=float)
        for which, colour, size in ((~missed, MUTED, 11), (missed, VERMILION, 16)):
            axes.scatter(x[which], y[which], color=colour, s=size, alpha=0.75, linewidth=0)
        x_ends, y_ends = axes.get_xlim(), axes.get_ylim()
        left, right = max(across["low"], x_ends[0]), min(across["high"], x_ends[1])
        bottom, top = y_ends if up is None else (max(up["low"], y_ends[0]), min(up["high"], y_ends[1]))
        axes.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, facecolor=VERMILION, alpha=0.12, zorder=0)
        )
        axes.set_xlim(x_ends)
        axes.set_ylim(y_ends)
        axes.set_xlabel(parameter_label(across["parameter"], language))
        labels = measure(found.outcome).label.text(language)
        if up is None and found.kind == "share":
            axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            share_axis(axes, language)
        axes.set_ylabel(labels if up is None else parameter_label(up["parameter"], language))
        colour_key(
            figure,
            [
                (text("figure.fails.misses", language), VERMILION),
                (text("figure.fails.reaches", language), MUTED),
            ],
        )
        return Picture("fails", figure, box_sentence(found, strategy, rows, language), language)


def worths(found: Judged, language: str = "en") -> Picture | None:
    """Show what knowing each parameter before choosing would be worth; None where none is clear."""
    if found.worth.empty or not found.worth["clear"].any():
        return None
    rows = found.worth.head(MOST_SHOWN)
    y = np.arange(len(rows))[::-1]
    scale = scale_of(found.kind)
    with house_style():
        figure = new_figure(WIDE, 1.1 + ROW * len(rows))
        axes = figure.subplots()
        colours = np.where(rows["clear"], BLUE, SKY)
        axes.barh(y, scale * rows["value"], height=0.55, color=colours)
        axes.hlines(y, scale * rows["low"], scale * rows["high"], color=INK, linewidth=0.9)
        axes.scatter(scale * rows["noise"], y, marker="|", s=90, color=VERMILION, zorder=3)
        axes.set_yticks(y, [parameter_label(name, language) for name in rows["parameter"]])
        axes.set_xlim(0, None)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(text(f"figure.worth.x.{found.kind}", language))
        colour_key(figure, [(text("figure.worth.noise", language), VERMILION)])
        return Picture("worth", figure, worth_sentence(found, language), language)
