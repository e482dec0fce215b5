"""Who gained and who lost against the first strategy, child by child."""

import numpy as np

from model.text import text
from results.comparison import Comparison
from results.figures.parts import count_axis
from results.measures.intervals import t_interval
from results.strategy_words import strategy_name, strategy_phrase
from results.style import ALONE, HELPED, INK, MUTED, VERMILION, WIDE, Picture, house_style, ink, new_figure
from results.wording import number, span

BAR = 0.62
PARTS = (("gained", HELPED, 1), ("lost", VERMILION, -1))
ROOM = 0.2
LINE, KEY_STEP = 4, 11
"""Height of the lowest line of the key above the axes, and of a line of it, in points."""


def exchange(found: Comparison, language: str = "en") -> Picture:
    """Show needs that are met only under a strategy, and those that are met only under the first."""
    names = list(found.exchanges)
    rows = np.arange(len(names))[::-1]
    first = strategy_phrase(found.strategies[0], language)
    with house_style():
        figure = new_figure(WIDE, 1.25 + 0.42 * max(len(names), 1))
        axes = figure.subplots()
        for part, colour, sign in PARTS:
            found_runs = [t_interval(found.exchanged(name, part)) for name in names]
            middle = np.array([interval.estimate for interval in found_runs])
            axes.barh(rows, sign * middle, color=colour, height=BAR)
            half = np.nan_to_num([interval.half_width for interval in found_runs])
            axes.errorbar(sign * middle, rows, xerr=half, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
            for row, interval, beyond in zip(rows, found_runs, half, strict=True):
                axes.annotate(number(interval.estimate, language), (sign * (interval.estimate + beyond), row),
                              xytext=(sign * 8, 0), textcoords="offset points", va="center",
                              ha="left" if sign > 0 else "right", size=8)  # fmt: skip
        alone = np.array([found.exchanged(name, "lost_alone").mean() for name in names])
        axes.barh(rows, -alone, color=ALONE, height=BAR * 0.45)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(rows, [strategy_name(name, language) for name in names])
        axes.margins(x=ROOM)
        axes.grid(visible=False)
        count_axis(axes, language, "x")
        axes.set_xlabel(text("figure.exchange.x", language, first=first))
        for x, above, key, colour, side in (
            (0.98, LINE, "figure.exchange.gained", HELPED, "right"),
            (0.02, LINE + KEY_STEP, "figure.exchange.lost", VERMILION, "left"),
            (0.02, LINE, "figure.exchange.alone", ALONE, "left"),
        ):
            axes.annotate(
                text(key, language, first=first), (x, 1), xycoords="axes fraction", xytext=(0, above),
                textcoords="offset points", ha=side, color=ink(colour), size=8, annotation_clip=False,
            )  # fmt: skip
        axes.tick_params(axis="x", labelcolor=MUTED)
        return Picture("exchange", figure, _caption(found, language), language)


def _caption(found: Comparison, language: str) -> str:
    if not found.exchanges:
        return text("caption.exchange.none", language)
    worst = max(found.exchanges, key=lambda name: found.exchanged(name, "lost").mean())
    return text(
        "caption.exchange",
        language,
        first=strategy_phrase(found.strategies[0], language),
        strategy=strategy_phrase(worst, language),
        gained=span(t_interval(found.exchanged(worst, "gained")), language),
        lost=span(t_interval(found.exchanged(worst, "lost")), language),
        alone=number(found.exchanged(worst, "lost_alone").mean(), language),
    )
