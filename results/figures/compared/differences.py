"""What each strategy changes against the first: paired differences with their intervals."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from model.text import text
from results.comparison import Comparison
from results.figures.parts import panels
from results.league import MAIN
from results.measures.catalogue import measure
from results.measures.intervals import CANNOT_BE_TOLD_APART, HIGHER, LOWER, SAME
from results.strategy_words import strategy_name, strategy_phrase, strategy_short
from results.style import BLUE, INK, MUTED, VERMILION, WIDE, Picture, house_style, new_figure
from results.wording import (
    PERCENT,
    in_sentence,
    listing,
    number,
    points,
    scale_of,
    shown_unit,
    signed,
    unit_of_difference,
)

SHOWN = (
    ("effective_coverage_share", "share"),
    ("unmet_needs", "number"),
    ("in_time_of_filed_share", "share"),
    ("wait_alone_months", "months"),
    ("spells_served", "number"),
    ("programme_yuan", "number"),
)
YUAN = "yuan"
COLUMNS = 3
ROW = 0.26
TITLE_SIZE = 8.2


def differences(found: Comparison, language: str = "en") -> Picture:
    """Show a panel per outcome and a row per strategy; grey where the strategies cannot be told apart."""
    names = found.strategies[1:]
    with house_style():
        rows = -(-len(SHOWN) // COLUMNS)
        figure = new_figure(WIDE, rows * (0.85 + ROW * max(len(names), 1)))
        for k, (axes, (outcome, kind)) in enumerate(
            zip(panels(figure, len(SHOWN), COLUMNS), SHOWN, strict=True)
        ):
            _draw(axes, found, outcome, kind, language)
            axes.set_title(measure(outcome).label.text(language), size=TITLE_SIZE)
            labels = [strategy_short(name, language) for name in names] if k % COLUMNS == 0 else []
            axes.set_yticks(np.arange(len(names))[::-1], labels or [""] * len(names))
            axes.set_ylim(-0.6, len(names) - 0.4)
        return Picture("differences", figure, _caption(found, language), language)


def _draw(axes: Axes, found: Comparison, outcome: str, kind: str, language: str) -> None:
    first, *others = found.strategies
    scale = scale_of(kind)
    better = measure(outcome).better
    for row, name in zip(np.arange(len(others))[::-1], others, strict=True):
        pair = found.difference(name, first, outcome)
        colour = MUTED
        if pair.verdict in (HIGHER, LOWER):
            good = better == "neither" or (pair.verdict == HIGHER) == (better == "higher")
            colour = INK if better == "neither" else BLUE if good else VERMILION
        axes.hlines(
            row, scale * pair.difference.low, scale * pair.difference.high, color=colour, linewidth=1.8
        )
        axes.scatter(scale * pair.difference.estimate, row, color=colour, s=22, zorder=3)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.margins(x=0.15)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if kind == "number":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language, 2)))
    unit = unit_of_difference(measure(outcome).unit)
    counted = kind == "number" and unit != YUAN  # titles name what is counted
    axes.set_xlabel("" if counted else shown_unit(unit, language), size=TITLE_SIZE)


def _caption(found: Comparison, language: str) -> str:
    first, *others = found.strategies
    pairs = {name: found.difference(name, first, MAIN) for name in others}
    best = max(others, key=lambda name: pairs[name].difference.estimate)
    same = [strategy_name(n, language) for n in others if pairs[n].verdict in (CANNOT_BE_TOLD_APART, SAME)]
    clear = pairs[best].verdict == HIGHER
    interval = pairs[best].difference
    sentence = text(
        "caption.differences" if clear else "caption.differences.none",
        language,
        first=strategy_phrase(first, language),
        best=strategy_phrase(best, language),
        gain=points(interval.estimate, language).lstrip("+"),
        low=signed(PERCENT * interval.low).lstrip("+"),
        high=signed(PERCENT * interval.high).lstrip("+"),
    )
    if same and clear:
        names = listing([f"“{in_sentence(name, language)}”" for name in same], language)
        sentence += text("caption.differences.same", language, names=names)
    return sentence
